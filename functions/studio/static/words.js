/** Every sentence of the page, in English and in Chinese. Sentences of the API come from the API. */

/** @typedef {"en" | "zh"} Language */

/** @type {Record<string, [string, string]>} */
const WORDS = {
  title: ["ID photo studio", "证件照工作室"],
  skip: ["Skip to the photo", "跳到照片"],
  language: ["中文", "English"],
  key_title: ["Your API key", "您的 API 密钥"],
  key_why: [
    "The studio calls this API in your name. The key stays in this browser tab and is forgotten when you close it.",
    "本页面以您的名义调用此 API。密钥只保存在当前标签页，关闭后即被清除。",
  ],
  key_label: ["API key", "API 密钥"],
  key_use: ["Open the studio", "进入工作室"],
  key_wrong: ["This key is not known here. Check it and try again.", "密钥无效，请检查后重试。"],
  key_change: ["Change key", "更换密钥"],
  drop_title: ["Start with a portrait", "从一张人像照片开始"],
  drop_text: [
    "Drop a photo here. JPEG, PNG, WebP, HEIC, AVIF, BMP or TIFF, up to 20 MB.",
    "将照片拖到此处。支持 JPEG、PNG、WebP、HEIC、AVIF、BMP、TIFF，最大 20 MB。",
  ],
  drop_choose: ["Choose a photo", "选择照片"],
  drop_camera: ["Use the camera", "使用相机"],
  drop_tip: [
    "Face the camera, with even light and some space above the head and below the shoulders.",
    "正对镜头，光线均匀，头顶与肩部以下留有余地。",
  ],
  earlier: ["Continue an earlier photo", "继续之前的照片"],
  earlier_label: ["Order id", "订单编号"],
  earlier_open: ["Open", "打开"],
  camera_title: ["Camera", "相机"],
  camera_take: ["Take the photo", "拍照"],
  camera_close: ["Close", "关闭"],
  camera_none: [
    "The camera cannot be used. Allow it in the browser, or choose a photo.",
    "无法使用相机。请在浏览器中允许，或选择照片。",
  ],
  new_photo: ["New photo", "新照片"],
  order: ["Order", "订单"],
  uploading: ["Sending the photo", "正在上传照片"],
  checking: ["Checking the photo", "正在检测照片"],
  making: ["Making the photo", "正在制作照片"],
  opening: ["Opening the photo", "正在打开照片"],
  working: ["Working", "处理中"],
  cancel: ["Cancel", "取消"],
  retry: ["Try again", "重试"],
  close: ["Close", "关闭"],
  lost_title: ["No connection", "连接中断"],
  lost_text: [
    "The server cannot be reached. Nothing is lost; the studio goes on as soon as the connection is back.",
    "无法连接服务器。您的操作不会丢失，连接恢复后将自动继续。",
  ],
  expired_title: ["This photo is gone", "照片已失效"],
  expired_text: [
    "It was erased or its time of keeping is over. Start again with the photo.",
    "照片已被删除或已过保存期限，请重新上传。",
  ],
  refused_title: ["This photo cannot become a good ID photo", "这张照片不适合制作证件照"],
  refused_another: ["Use another photo", "换一张照片"],
  failed_title: ["That did not work", "操作未完成"],
  too_large: ["The file has {size} MB; {most} MB are allowed.", "文件大小为 {size} MB，最大允许 {most} MB。"],
  request: ["Request", "请求编号"],
  tabs: ["Tools", "工具"],
  tab_size: ["Size", "规格"],
  tab_retouch: ["Retouch", "修饰"],
  tab_background: ["Background", "背景"],
  tab_check: ["Check", "检测"],
  tab_save: ["Save", "保存"],
  size_search: ["Search by country, document or size", "按国家、证件或尺寸搜索"],
  size_results: ["Specifications", "证件照规格"],
  size_none: [
    "Nothing found. Try another word, or give a size of your own below.",
    "没有找到。请换个词，或在下方自定义尺寸。",
  ],
  size_more: ["Show more", "显示更多"],
  size_found: ["{count} specifications", "共 {count} 个规格"],
  size_own: ["A size of your own", "自定义尺寸"],
  size_width: ["Width", "宽"],
  size_height: ["Height", "高"],
  size_unit: ["Unit", "单位"],
  size_use: ["Use this size", "使用该尺寸"],
  size_source: ["Source", "依据"],
  size_conflicts: ["Sources disagree on", "各来源不一致"],
  size_confidence: ["How sure", "可信度"],
  size_head: ["Head height", "头部高度"],
  size_file: ["File size", "文件大小"],
  size_glasses: ["Glasses", "眼镜"],
  size_locked: [
    "To change the size of an earlier photo, send the photo again.",
    "若要更改之前照片的规格，请重新上传照片。",
  ],
  allowed: ["allowed", "允许"],
  forbidden: ["not allowed", "不允许"],
  high: ["high", "高"],
  medium: ["medium", "中"],
  low: ["low", "低"],
  retouch_none: ["This deployment has no effects yet.", "当前部署尚无修饰效果。"],
  retouch_warn: [
    "The authority of this specification does not accept retouched photos.",
    "该规格的主管机构不接受修饰过的照片。",
  ],
  more_settings: ["More settings", "更多设置"],
  automatic: ["automatic", "自动"],
  for: ["For", "适用"],
  for_all: ["All", "全部"],
  for_women: ["Women", "女士"],
  for_men: ["Men", "男士"],
  for_child: ["Children", "儿童"],
  own_outfits: ["Your own outfits", "自有服装"],
  own_name: ["Name", "名称"],
  own_file: ["Picture", "图片"],
  own_shows: ["The picture shows", "图片内容"],
  own_alone: ["the outfit alone, on transparency", "透明背景的服装"],
  own_worn: ["somebody who wears it; nothing of them is kept", "穿着该服装的人像（不保留此人的数据）"],
  own_add: ["Add the outfit", "添加服装"],
  own_added: ["{name} is added", "已添加 {name}"],
  own_delete: ["Delete {name}", "删除 {name}"],
  usable_good: ["it came out well", "效果良好"],
  usable_fair: ["it can be worn; a better picture would help", "可以使用，换更好的图片效果更佳"],
  reset: ["Reset", "恢复默认"],
  background_color: ["Colour", "颜色"],
  background_own: ["Own colour", "自选颜色"],
  background_gradient: ["Gradient", "渐变"],
  background_end: ["End colour", "结束颜色"],
  background_original: ["As the specification asks", "按规格要求"],
  gradient_0: ["None", "无"],
  gradient_1: ["Top to bottom", "由上到下"],
  gradient_2: ["Outside to inside", "由外到内"],
  gradient_3: ["Inside to outside", "由内到外"],
  background_warn: [
    "The authority of this specification may reject a photo whose background was replaced.",
    "该规格的主管机构可能拒收替换过背景的照片。",
  ],
  check_score: ["Score", "得分"],
  check_passed: ["Good for an ID photo", "适合制作证件照"],
  check_remarks: ["Good, with remarks", "可用，有改进建议"],
  check_failed: ["Not good enough at this level", "未达到该级别要求"],
  check_level: ["How strict", "严格程度"],
  basic: ["Basic", "基础"],
  standard: ["Standard", "标准"],
  strict: ["Strict", "严格"],
  check_all: ["All {count} items", "全部 {count} 项"],
  check_none: [
    "The check of this photo is not at hand; send the photo again to see it.",
    "没有该照片的检测结果，请重新上传照片查看。",
  ],
  check_picture: ["The photo as it was sent, with what was found marked on it", "原始照片及标注"],
  check_limit: ["limit {limit}", "限值 {limit}"],
  not_measured: ["not measured", "未检测"],
  guides: ["Guides", "参考线"],
  compare: ["Before and after", "前后对比"],
  compare_slide: ["Share of the photo that shows the earlier state", "显示处理前的比例"],
  actual: ["Actual size", "实际大小"],
  before: ["Before", "处理前"],
  after: ["After", "处理后"],
  line_crown: ["crown", "头顶"],
  line_eyes: ["eyes", "眼睛"],
  line_chin: ["chin", "下巴"],
  head: ["head", "头部"],
  photo_alt: ["The finished photo: {size}, {steps}", "成片：{size}，{steps}"],
  history: ["History", "历史"],
  history_help: [
    "Click a picture to go back to it; the switch takes a step off or puts it back.",
    "点击图片回到该步骤；开关可撤销或恢复某一步。",
  ],
  history_go: ["Step {number}: {name}. Go back to it", "第 {number} 步：{name}，回到此步"],
  history_now: ["Step {number}: {name}. Shown now", "第 {number} 步：{name}，当前"],
  history_all: ["Every attempt", "显示每次调整"],
  history_switch: ["{name} on", "{name} 开关"],
  reused: ["reused", "复用"],
  replayed: ["done now", "本次处理"],
  server: ["server", "服务器"],
  page: ["network and page", "网络与页面"],
  applied: ["{name}: done in {seconds} s", "{name}：{seconds} 秒完成"],
  undone: ["Undo", "撤销"],
  warnings: ["To know", "提示"],
  save_title: ["The files", "文件"],
  save_photo: ["Photo", "照片"],
  save_cutout: ["Cut-out, transparent", "透明底图"],
  save_download: ["Download", "下载"],
  watermark: ["Watermark on previews", "预览加水印"],
  export_title: ["Export", "导出"],
  export_go: ["Export the final file", "导出成片"],
  export_alt: ["The exported file", "导出的文件"],
  layout_title: ["Print sheet", "排版打印"],
  layout_go: ["Preview the sheet", "预览排版"],
  layout_alt: ["The print sheet", "排版照"],
  code_title: ["The same by code", "用代码完成同样的操作"],
  code_text: ["One call makes this photo with all its steps.", "一次调用即可完成当前照片的全部步骤。"],
  copy: ["Copy", "复制"],
  copied: ["Copied", "已复制"],
  erase: ["Erase this photo", "删除照片"],
  erase_ask: [
    "Delete everything of this photo now? No id of it works afterwards.",
    "立即删除该照片的全部数据？其所有编号将失效。",
  ],
  erase_yes: ["Erase", "删除"],
  optional: ["optional", "可选"],
  none: ["none", "无"],
};

/** Names of kinds, fields and values; what is not listed is shown as the API calls it. @type {Record<string, [string, string]>} */
const NAMES = {
  make: ["Photo", "制作"],
  rollback: ["Undo", "撤销"],
  render: ["Render", "出图"],
  background: ["Background", "换背景"],
  lighting: ["Even light", "改善阴阳脸"],
  skin: ["Even skin", "匀肤"],
  glasses: ["Glasses", "眼镜"],
  gaze: ["Gaze", "眼神"],
  expression: ["Expression", "表情"],
  symmetry: ["Symmetry", "对称"],
  beautify: ["Beautify", "美颜"],
  makeup: ["Make-up", "美妆"],
  hairstyle: ["Hairstyle", "发型"],
  outfit: ["Outfit", "换装"],
  strength: ["Strength", "强度"],
  shoulders: ["Level shoulders", "肩部水平"],
  intensity: ["Intensity", "强度"],
  level: ["Level", "级别"],
  shine: ["Shine", "去油光"],
  smooth: ["Smooth", "磨皮"],
  whiten: ["Brighten", "美白"],
  rosy: ["Rosy", "红润"],
  eyes: ["Eyes", "大眼"],
  face_slim: ["Slimmer face", "瘦脸"],
  jaw: ["Jaw", "下颌"],
  nose: ["Nose", "瘦鼻"],
  mouth: ["Mouth", "嘴型"],
  teeth: ["Teeth", "牙齿美白"],
  dark_circles: ["Dark circles", "去黑眼圈"],
  blemish: ["Blemishes", "祛瑕疵"],
  blemishes: ["Blemishes", "祛瑕疵"],
  eyes_left: ["Left eye", "左眼"],
  eyes_right: ["Right eye", "右眼"],
  face_slim_left: ["Slimmer, left", "左侧瘦脸"],
  face_slim_right: ["Slimmer, right", "右侧瘦脸"],
  close_mouth: ["Close the mouth", "闭合嘴唇"],
  neutral: ["Neutral", "中性表情"],
  eyes_open: ["Open the eyes", "睁大眼睛"],
  smile: ["Smile", "微笑"],
  open_eyes: ["Open the eyes", "睁眼"],
  fill: ["Fill light", "补光"],
  glare: ["Glare", "反光"],
  remove_glare: ["Remove glare", "去反光"],
  remove_frame: ["Remove the frame", "去镜框"],
  frame: ["Frame", "镜框"],
  shoulders: ["Level the shoulders", "肩部放平"],
  level_shoulders: ["Level the shoulders", "肩部放平"],
  material_id: ["Style", "样式"],
  color: ["Colour", "颜色"],
  fit: ["Fit, tight to loose", "松紧"],
  shoulder_width: ["Shoulders, narrow to wide", "肩宽"],
  height: ["Sits low to high", "高低"],
  shadow: ["Shadows", "阴影"],
  format: ["Format", "格式"],
  quality: ["Quality", "质量"],
  paper: ["Paper", "相纸"],
  rows: ["Rows", "行数"],
  columns: ["Columns", "列数"],
  gap: ["Gap", "间距"],
  margin: ["Margin", "边距"],
  bleed: ["Bleed", "出血"],
  dpi: ["dpi", "dpi"],
  kb: ["File size, KB", "文件大小 KB"],
  min: ["At least", "最小"],
  max: ["At most", "最大"],
  gradient: ["Gradient", "渐变"],
  backgrounds: ["Background", "背景"],
  head_height: ["Head height", "头部高度"],
  eye_line: ["Eye line", "眼睛位置"],
  width_mm: ["Width, mm", "宽（毫米）"],
  height_mm: ["Height, mm", "高（毫米）"],
  export: ["Export", "导出"],
  layout: ["Print sheet", "排版"],
  check: ["Check", "检测"],
  image: ["Final file", "成片"],
  jpeg: ["JPEG", "JPEG"],
  png: ["PNG", "PNG"],
  webp: ["WebP", "WebP"],
  tiff: ["TIFF", "TIFF"],
  pdf: ["PDF, true size", "PDF（实际尺寸）"],
  crop_only: ["Crop only, change nothing", "仅裁剪，不做修改"],
  width_px: ["Width, px", "宽（像素）"],
  height_px: ["Height, px", "高（像素）"],
  gap_mm: ["Gap, mm", "间距（毫米）"],
  margin_mm: ["Margin, mm", "边距（毫米）"],
  bleed_mm: ["Bleed, mm", "出血（毫米）"],
  captions: ["Captions", "文字说明"],
  cut: ["Cutting guides", "裁切线"],
  lines: ["Lines", "裁切线"],
  marks: ["Marks", "角标"],
  none: ["None", "无"],
  turn: ["Photos may lie on their side", "允许横放"],
};

/** @param {string} id */
const humanised = (id) => {
  const words = id.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Words in one language. */
export class Words {
  /** @param {Language} language */
  constructor(language) {
    this.language = language;
    this.column = language === "zh" ? 1 : 0;
  }

  /** A sentence of the page. @param {string} id @param {Record<string, unknown>} [values] */
  say(id, values = {}) {
    const text = (WORDS[id] ?? [id, id])[this.column];
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  /** The name of a kind, a field or a value of the API. @param {string} id */
  name(id) {
    return (NAMES[String(id).toLowerCase()] ?? [humanised(String(id)), humanised(String(id))])[this.column];
  }

  /** A field of the API that stands in both languages. @param {any} thing @param {string} field */
  of(thing, field) {
    return (this.column && thing[`${field}_zh`]) || thing[field] || "";
  }

  /** @param {number} value @param {number} [digits] */
  number(value, digits = 1) {
    return value.toLocaleString(this.language, { maximumFractionDigits: digits });
  }
}

/** The language of the reader. @returns {Language} */
export function readersLanguage() {
  const kept = sessionStorage.getItem("language");
  if (kept === "en" || kept === "zh") return kept;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith("zh")) && !navigator.language.startsWith("en")
    ? "zh"
    : "en";
}
