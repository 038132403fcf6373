"""The Studio in a real browser, on the local stack: what its user does, and what the user is told when it fails."""

import base64
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from idphoto_client import Client
from PIL import Image
from playwright.sync_api import Browser, expect

from local.stack import Stack
from tests.browser import CHROMIUM, PATIENCE_MS, PHONE, WHY_NOT, Studio, chromium

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, stack: Stack) -> Iterator[Callable[..., Studio]]:
    """Open tabs; afterwards no page may have broken or have done what its policy forbids."""
    opened: list[Studio] = []

    def tab(**options: Any) -> Studio:
        opened.append(Studio(browser, stack.base_url, stack.api_key, **options))
        return opened[-1]

    yield tab
    for studio in opened:
        defects = studio.defects
        studio.context.close()
        assert not defects


@pytest.fixture(scope="module")
def large(portrait: bytes) -> bytes:
    """The portrait, with pixels enough for what its person wears."""
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(portrait))
    image.resize((2 * image.width, 2 * image.height), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def studio(tab: Callable[..., Studio], portrait: bytes) -> Studio:
    """A finished photo."""
    return tab().open().choose(portrait).made()


def kinds(client: Client, studio: Studio) -> list[str]:
    """The steps of the photo that is shown, as the API knows them."""
    steps = client.get(f"/photos/{studio.order}?limit=100")["steps"]
    return next([part["kind"] for part in s["recipe"]] for s in steps if s["mt_generate_id"] == studio.shown)


def test_a_photo_that_is_dropped_goes_straight_to_storage_and_comes_back_finished(tab, portrait, stack) -> None:
    studio = tab().open()
    sent: list[Any] = []
    studio.page.on("request", lambda request: sent.extend([request]))
    drop = """file => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(file), letter => letter.charCodeAt(0));
        data.items.add(new File([bytes], 'me.jpg', {type: 'image/jpeg'}));
        return data;
    }"""
    files = studio.page.evaluate_handle(drop, base64.b64encode(portrait).decode())
    studio.page.dispatch_event(".drop", "drop", {"dataTransfer": files})
    studio.made()

    uploads = [request for request in sent if request.method == "POST" and not request.url.startswith(stack.base_url)]
    assert len(uploads) == 1
    for request in sent:
        assert stack.api_key not in request.url
        assert ("x-api-key" in request.headers) == request.url.startswith(stack.base_url)
    calls = [request.url.removeprefix(stack.base_url) for request in sent if request.method == "POST"]
    assert [call for call in calls if call.startswith("/")] == ["/uploads", "/check", "/make"]

    studio.tab("save")
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Download: Photo").click()
    photo = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert (photo.size, photo.format) == ((295, 413), "JPEG")
    assert photo.info["dpi"] == (300, 300)
    assert download.value.suggested_filename == f"{studio.order}-cn_1inch.jpg"


def test_the_export_has_the_size_that_was_asked_for_and_the_sheet_its_photos(tab, portrait, client: Client) -> None:
    studio = tab().open().choose(portrait).made()
    studio.tab("save")
    page = studio.page
    page.get_by_label("At most").fill("30")
    page.get_by_label("At most").blur()
    page.get_by_role("button", name="Export the final file").click()
    page.get_by_role("img", name="The exported file").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download: Final file").click()
    file = download.value.path().read_bytes()
    assert len(file) <= 30_000
    assert Image.open(io.BytesIO(file)).size == (295, 413)
    expect(page.locator(".product .verdict")).to_be_visible()

    page.get_by_role("combobox", name="Paper").fill("5inch")
    page.get_by_role("combobox", name="Paper").blur()
    page.get_by_role("button", name="Preview the sheet").click()
    sheet = page.get_by_role("img", name="The print sheet")
    sheet.wait_for()
    assert sheet.evaluate("async image => (await image.decode(), [image.naturalWidth, image.naturalHeight])") in (
        [1500, 1051],
        [1051, 1500],
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download: PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert kinds(client, studio) == ["make"]


def test_the_code_that_is_shown_makes_the_very_same_photo(
    studio: Studio, client: Client, portrait, files, tmp_path
) -> None:
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    studio.tab("background")
    studio.change(studio.page.get_by_role("radio", name="#438EDB"))
    shown = client.fetch(studio.photo.get_attribute("src") or "")
    studio.tab("save")
    texts = studio.page.locator(".snippet pre").all_text_contents()
    curl, python = (
        text.replace("order-1001", f"by-{name}") for text, name in zip(texts, ("curl", "python"), strict=True)
    )

    (tmp_path / "portrait.jpg").write_bytes(portrait)
    environment = {"IDPHOTO_API_KEY": studio.api_key, "NO_PROXY": "*", "PATH": os.environ["PATH"]}

    def output(*command: str) -> str:
        return subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    assert client.fetch(output(sys.executable, "-c", python).strip()) == shown

    if shutil.which("curl"):
        url = files.put("/portrait.jpg", portrait)
        answer = json.loads(output("/bin/sh", "-c", curl.replace("https://example.com/portrait.jpg", url)))
        assert client.fetch(answer["result"]["image"]["url"]) == shown


def test_the_strip_goes_back_and_takes_one_step_off_without_the_others(studio: Studio, client: Client) -> None:
    first = studio.shown
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    studio.tab("background")
    studio.change(studio.page.get_by_role("radio", name="#438EDB"))
    last = studio.shown
    assert kinds(client, studio) == ["skin", "make", "background"]

    studio.page.get_by_role("button", name="Step 1: Photo").click()
    expect(studio.strip.first).to_have_class("frame now")
    studio.rest()
    assert studio.shown == first

    studio.page.get_by_role("button", name="Step 3: Background").click()
    expect(studio.strip.nth(2)).to_have_class("frame now")
    studio.rest()
    assert studio.shown == last

    studio.change(studio.strip.get_by_role("switch", name="2 Even skin"), on=False)
    assert kinds(client, studio) == ["make", "background"]
    expect(studio.page.locator(".states .reused")).to_have_text("Photo reused")
    expect(studio.page.locator(".states .replayed")).to_have_text("Render done now")

    studio.change(studio.strip.get_by_role("switch", name="2 Even skin"))
    assert studio.shown == last


def test_a_slider_sends_its_latest_value_and_few_before_it(studio: Studio, client: Client) -> None:
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    slider = studio.page.get_by_role("slider", name="Strength")
    expect(slider).to_have_value("50")
    sent: list[Any] = []
    studio.page.on(
        "request", lambda request: sent.extend([request.post_data_json] if request.url.endswith("/skin") else [])
    )

    for value in range(51, 91):
        slider.evaluate(
            "(slider, value) => {slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true}))}",
            value,
        )
    slider.dispatch_event("change")
    expect(slider).to_have_value("90")
    studio.rest()

    assert sent[-1]["strength"] == 90
    assert len(sent) <= 3
    steps = client.get(f"/photos/{studio.order}?limit=100")["steps"]
    assert [s["params"]["strength"] for s in steps if s["mt_generate_id"] == studio.shown] == [90]
    # Attempts at one step are one picture, until all are asked for.
    assert studio.strip.count() == 2

    studio.change(studio.switch("Even skin"), on=False)
    assert kinds(client, studio) == ["make"]


def test_an_effect_that_would_spoil_the_photo_says_why_and_stays_off(studio: Studio) -> None:
    studio.tab("retouch")
    before = studio.shown
    studio.switch("Gaze").check()
    expect(studio.page.locator(".effect .wrong")).to_contain_text("irises")
    expect(studio.switch("Gaze")).not_to_be_checked()
    assert studio.shown == before


def test_an_outfit_is_chosen_by_its_picture_changed_and_undone(tab, large: bytes, client: Client) -> None:
    own = client.register_outfit("Space suit", wearer=large)
    usual = client.material("suit_notch_tie")
    studio = tab().open().choose(large).made()
    bare = studio.shown
    studio.tab("retouch")
    studio.change(studio.switch("Outfit"))
    panel = studio.page.locator(".effect.on")
    first = studio.shown
    for picture in panel.locator(".pictures img").all()[:4]:
        assert picture.evaluate("async image => (await image.decode(), image.naturalWidth)") == 240

    # The arrows choose among the pictures, as among all radio buttons.
    panel.locator(".pictures input:checked").focus()
    with studio.page.expect_response(lambda answer: answer.request.method == "POST"):
        studio.page.keyboard.press("ArrowRight")
    studio.rest()
    assert studio.shown not in {bare, first}
    studio.change(panel.get_by_role("radio", name=own.name))
    expect(panel.locator(".swatches")).to_have_count(0)
    assert kinds(client, studio) == ["outfit", "make"], "one outfit, not one over the other"
    studio.change(panel.get_by_role("radio", name=usual.name, exact=True))
    assert studio.shown == first

    studio.change(panel.get_by_role("radio", name=usual.colors[-1].name, exact=True))
    panel.get_by_role("slider", name="Fit").focus()
    with studio.page.expect_response(lambda answer: answer.request.method == "POST"):
        studio.page.keyboard.press("End")
    studio.rest()
    worn = step_of(client, studio, "outfit")
    assert (worn["fit"], worn["color"]) == (100, usual.colors[-1].id)
    last = studio.shown

    studio.change(studio.switch("Outfit"), on=False)
    assert studio.shown == bare
    studio.change(studio.switch("Outfit"))
    assert studio.shown == last
    client.delete_material(own.material_id)


def step_of(client: Client, studio: Studio, kind: str) -> dict[str, Any]:
    """The parameters of a step of the photo that is shown."""
    steps = client.get(f"/photos/{studio.order}?limit=100")["steps"]
    recipe = next(step["recipe"] for step in steps if step["mt_generate_id"] == studio.shown)
    params: dict[str, Any] = next(part["params"] for part in recipe if part["kind"] == kind)
    return params


def test_an_outfit_of_ones_own_is_added_worn_and_deleted(tab, large: bytes, client: Client) -> None:
    studio = tab().open().choose(large).made()
    studio.tab("retouch")
    studio.change(studio.switch("Outfit"))
    page = studio.page
    page.get_by_text("Your own outfits").click()
    form = page.locator(".own-outfit")
    form.get_by_label("Name").fill("Space suit")
    form.get_by_label("Picture", exact=True).set_input_files(
        {"name": "letter.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    form.get_by_role("button", name="Add the outfit").click()
    expect(page.get_by_role("alert")).to_contain_text("GARMENT_INVALID")

    form.get_by_label("Picture", exact=True).set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": large}
    )
    form.get_by_label("somebody who wears it").check()
    with page.expect_response("**/outfit"):
        form.get_by_role("button", name="Add the outfit").click()
    studio.rest()
    [own] = client.materials("outfit", own=True).materials
    assert step_of(client, studio, "outfit")["material_id"] == own.material_id
    expect(page.locator(".effect [role=status]")).to_contain_text("Space suit is added")

    page.get_by_role("button", name="Delete Space suit").click()
    expect(page.locator(".own-list")).to_have_count(0)
    assert not client.materials("outfit", own=True).materials


def test_another_size_keeps_every_step(studio: Studio, client: Client) -> None:
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    studio.tab("size")
    studio.page.get_by_role("searchbox").fill("us passport")
    with studio.page.expect_request("**/check") as check:
        studio.change(studio.page.locator("input[value=us_passport]"))
    assert (check.value.post_data_json or {})["spec_id"] == "us_passport"

    assert kinds(client, studio) == ["skin", "make"]
    steps = client.get(f"/photos/{studio.order}?limit=100")["steps"]
    assert next(s for s in steps if s["mt_generate_id"] == studio.shown)["image"]["width"] == 600
    expect(studio.page.locator(".facts")).to_contain_text("600 × 600 px")


def test_a_refused_photo_says_why_and_what_to_do_in_both_languages(tab, grey: bytes) -> None:
    studio = tab().open().choose(grey)
    panel = studio.page.get_by_role("tabpanel")
    expect(panel.get_by_role("heading")).to_have_text("This photo cannot become a good ID photo")
    expect(panel.locator(".faults li").first).to_contain_text("No human face was found")
    assert panel.locator(".faults .advice").first.inner_text()
    studio.page.get_by_role("button", name="中文").click()
    expect(panel.get_by_role("heading")).to_have_text("这张照片不适合制作证件照")
    expect(panel.locator(".faults li").first).to_contain_text("人脸")

    studio.page.get_by_role("button", name="换一张照片").click()
    expect(studio.page.get_by_role("heading", level=1)).to_have_text("从一张人像照片开始")


def test_a_file_that_is_no_picture_is_refused_in_words(tab) -> None:
    studio = tab().open().choose(b"no picture", "letter.jpg")
    alert = studio.page.get_by_role("alert")
    expect(alert).to_contain_text("IMAGE_FORMAT_UNSUPPORTED")
    expect(studio.page.get_by_role("heading", level=1)).to_have_text("Start with a portrait")


def test_after_a_lost_connection_the_change_is_made_as_soon_as_it_is_back(studio: Studio, client: Client) -> None:
    studio.tab("retouch")
    studio.context.set_offline(True)
    studio.switch("Even skin").check()
    expect(studio.page.get_by_role("alert")).to_contain_text("No connection")
    assert studio.strip.count() == 1

    studio.context.set_offline(False)
    expect(studio.strip).to_have_count(2)
    expect(studio.page.get_by_role("alert")).to_have_count(0)
    studio.rest()
    assert kinds(client, studio) == ["skin", "make"]


def test_an_erased_photo_is_said_to_be_gone(studio: Studio, client: Client) -> None:
    client.delete(f"/photos/{studio.order}")
    studio.tab("background")
    studio.page.get_by_role("radio", name="#438EDB").check()
    expect(studio.page.get_by_role("heading", level=1)).to_have_text("This photo is gone")
    studio.page.get_by_role("main").get_by_role("button", name="New photo").click()
    expect(studio.page.get_by_role("heading", level=1)).to_have_text("Start with a portrait")


def test_a_wrong_key_is_refused_and_a_right_one_is_kept_in_the_tab_only(tab, stack: Stack) -> None:
    studio = tab()
    studio.page.goto(f"{stack.base_url}/")
    assert stack.api_key not in studio.page.content()
    studio.page.get_by_label("API key", exact=True).fill("wrong")
    studio.page.get_by_role("button", name="Open the studio").click()
    expect(studio.page.get_by_role("alert")).to_contain_text("not known")
    studio.open()
    assert stack.api_key not in studio.page.content()
    assert studio.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    studio.page.get_by_role("button", name="Change key").click()
    studio.page.locator("#key").wait_for()
    assert stack.api_key not in studio.page.evaluate("JSON.stringify(Object.values(sessionStorage))")


def test_a_page_that_is_loaded_again_goes_on_where_it_was(studio: Studio) -> None:
    studio.tab("background")
    studio.change(studio.page.get_by_role("radio", name="#438EDB"))
    shown = studio.shown
    studio.page.reload()
    studio.made()
    assert studio.shown == shown
    assert studio.strip.count() == 2
    studio.tab("check")
    expect(studio.page.locator(".verdict")).to_contain_text("Score")


def test_the_camera_takes_a_photo(tab) -> None:
    studio = tab().open()
    studio.page.get_by_role("button", name="Use the camera").click()
    studio.page.get_by_role("button", name="Take the photo").click()
    # Chromium's test camera shows nobody.
    expect(studio.page.get_by_role("tabpanel").locator(".faults li").first).to_contain_text("No human face was found")


@pytest.mark.parametrize(
    ("locale", "language", "title", "tabs"),
    [
        ("zh-CN", "zh-CN", "证件照工作室", ["规格", "修饰", "背景", "检测", "保存"]),
        ("en-US", "en", "ID photo studio", ["Size", "Retouch", "Background", "Check", "Save"]),
        ("de-DE", "en", "ID photo studio", ["Size", "Retouch", "Background", "Check", "Save"]),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(tab, portrait, locale, language, title, tabs) -> None:
    studio = tab(locale=locale).open().choose(portrait).made()
    assert studio.page.title() == title
    assert studio.page.locator("html").get_attribute("lang") == language
    assert [text.strip() for text in studio.page.get_by_role("tab").all_inner_texts()] == tabs


def test_a_phone_shows_everything_and_nothing_overflows(tab, portrait: bytes) -> None:
    studio = tab(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2).open()
    studio.choose(portrait).made()
    for name in ("size", "retouch", "background", "check", "save"):
        studio.tab(name)
        for details in studio.page.locator(".panel summary").all():
            details.click()
        assert studio.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    # The photo stays in sight above the settings.
    expect(studio.photo).to_be_in_viewport(ratio=0.9)
    expect(studio.page.get_by_role("slider", name="Strength")).to_be_in_viewport()


def test_the_keyboard_is_enough(studio: Studio) -> None:
    page = studio.page
    page.locator("#tab-size").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-retouch")).to_be_focused()
    expect(page.get_by_role("tabpanel").get_by_role("heading")).to_have_text("Retouch")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".effect input").first).to_be_focused()
    page.keyboard.press("Space")
    expect(studio.strip).to_have_count(2)
    studio.strip.first.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(studio.strip.first).to_have_class("frame now")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(tab, portrait: bytes, grey: bytes, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    studio = tab(color_scheme=scheme, reduced_motion="reduce")
    found: list[tuple[str, str, list[str]]] = []

    def look(where: str) -> None:
        violations = Axe().run(studio.page).response["violations"]
        found.extend(
            (where, item["id"], [node["html"][:120] for node in item["nodes"]])
            for item in violations
            if item["impact"] in {"serious", "critical"}
        )

    studio.page.goto(f"{studio.base_url}/")
    studio.page.locator("#key").wait_for()
    look("key")
    studio.open()
    look("start")
    studio.choose(grey)
    studio.page.locator(".faults li").first.wait_for()
    look("refused")
    studio.page.locator(".panel .primary").click()
    studio.choose(portrait).made()
    studio.tab("retouch")
    studio.change(studio.switch("Even skin"))
    for name in ("size", "retouch", "background", "check", "save"):
        studio.tab(name)
        for details in studio.page.locator(".panel summary").all():
            details.click()
        look(name)
    studio.page.locator(".toggles input").nth(1).check()
    look("compare")
    studio.context.set_offline(True)
    studio.tab("retouch")
    studio.switch("Even skin").uncheck()
    studio.page.locator(".notice").wait_for()
    look("lost")
    assert not found
