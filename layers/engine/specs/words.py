"""Words for :mod:`specs.build`: what the lists call a document, and what it is called elsewhere."""

from __future__ import annotations

from typing import Final, NamedTuple


class Document(NamedTuple):
    """A document that a list names.

    Attributes
    ----------
    suffix
        Of the id, behind the country.
    kind
        A :data:`idphoto.specs.Document`.
    name, name_zh
        Behind the name of the country.
    """

    suffix: str
    kind: str
    name: str
    name_zh: str


_PASSPORT = Document("passport", "passport", "passport", "护照")
_VISA = Document("visa", "visa", "visa", "签证")
_EVISA = Document("evisa", "visa", "e-visa", "电子签证")
_ID_CARD = Document("id_card", "id_card", "ID card", "身份证")
_RESIDENCE = Document("residence_permit", "residence_permit", "residence permit", "居留证")
_PERMANENT = Document("permanent_residence", "residence_permit", "permanent residence card", "永久居留证")
_LICENCE = Document("driving_licence", "driving_licence", "driving licence", "驾驶证")
_INTERNAL = Document("internal_passport", "id_card", "internal passport", "国内护照")

DOCUMENTS: Final = {
    # visareadynow-passport-specs
    "passport": _PASSPORT,
    "visa": _VISA,
    # passport-photo-specs
    "Passport": _PASSPORT,
    "International Passport": _PASSPORT,
    "Passport 4×6cm": _PASSPORT,
    "Internal Passport (ID Card)": _INTERNAL,
    "Internal Passport (Паспорт РФ)": _INTERNAL,
    "Visa": _VISA,
    "Visa 35×45mm": _VISA,
    "Visa / NZeTA": _VISA,
    "Schengen Visa": _VISA,
    "Visa 3×4cm": Document("visa_30x40", "visa", "visa 3 x 4 cm", "签证（3x4厘米）"),
    "Visa 4×6cm Red": Document("visa_40x60", "visa", "visa 4 x 6 cm", "签证（4x6厘米）"),
    "Visa Offline 43×55mm": Document("visa_43x55", "visa", "visa 43 x 55 mm", "签证（43x55毫米）"),
    "Visa On Arrival": Document("visa_on_arrival", "visa", "visa on arrival", "落地签证"),
    "EVoA": Document("visa_on_arrival", "visa", "electronic visa on arrival", "电子落地签证"),
    "eVisa": _EVISA,
    "e-Visa": _EVISA,
    "E-Visa": _EVISA,
    "eVISA / eNTRI": _EVISA,
    "eVisa / ETA": _EVISA,
    "ID Card": _ID_CARD,
    "ID / Residence Card": _ID_CARD,
    "DNI / ID Card": _ID_CARD,
    "Emirates ID": _ID_CARD,
    "ID Card (RG)": _ID_CARD,
    "ID Card (CNI)": _ID_CARD,
    "ID Card (CIE)": _ID_CARD,
    "ID Card (Dowód)": _ID_CARD,
    "eID Card": _ID_CARD,
    "ID Card (QID)": _ID_CARD,
    "Civil ID": _ID_CARD,
    "National ID": _ID_CARD,
    "Smart ID Card": _ID_CARD,
    "ID Card (CCCD)": _ID_CARD,
    "NRIC / ID Card": _ID_CARD,
    "HKID Card": _ID_CARD,
    "CNIC / NICOP": _ID_CARD,
    "My Number Card": Document("my_number_card", "id_card", "My Number card", "个人编号卡"),
    "PAN Card": Document("pan_card", "id_card", "PAN card", "PAN卡"),
    "Voter ID": Document("voter_id", "id_card", "voter ID", "选民证"),
    "OCI Card": Document("oci_card", "residence_permit", "OCI card", "海外公民证"),
    "Public Services Card": Document("public_services_card", "social_security", "public services card", "公共服务卡"),
    "Residence Permit": _RESIDENCE,
    "Residence Card": _RESIDENCE,
    "Work Permit (Iqama)": Document("iqama", "residence_permit", "residence and work permit (Iqama)", "居留工作证"),
    "Alien Registration Card": Document(
        "alien_registration", "residence_permit", "alien registration card", "外国人登录证"
    ),
    "Green Card": _PERMANENT,
    "PR Card": _PERMANENT,
    "Driver's Licence": _LICENCE,
    "Driving License": _LICENCE,
    "Citizenship": Document("citizenship", "other", "citizenship certificate", "入籍"),
    "PCC (Police Clearance Certificate)": Document("police_clearance", "other", "police clearance", "无犯罪证明"),
}

COUNTRIES_EN: Final = {"HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar", "PS": "Palestine"}
COUNTRIES_ZH: Final = {"HK": "中国香港", "MO": "中国澳门", "TW": "中国台湾"}
"""Where the name in use differs from Unicode CLDR's."""

LANGUAGES: Final = {
    "BE": ("nl",),
    "CH": ("de",),
    "HK": ("zh_Hant_HK",),
    "IE": ("en",),
    "IN": ("hi",),
    "KZ": ("kk",),
    "MO": ("zh_Hant_MO",),
    "MT": ("mt",),
    "PH": ("fil",),
    "SG": ("en",),
    "TW": ("zh_Hant",),
    "ZA": ("en",),
}
"""Which of a country's languages stands for it, where it is not the first of Unicode CLDR."""

DOCUMENT_WORDS: Final = {
    "ar": {"passport": "جواز سفر", "visa": "تأشيرة"},
    "az": {"passport": "pasport", "visa": "viza"},
    "bg": {"passport": "паспорт", "visa": "виза", "id_card": "лична карта"},
    "bn": {"passport": "পাসপোর্ট", "visa": "ভিসা"},
    "cs": {"passport": "cestovní pas", "visa": "vízum", "id_card": "občanský průkaz"},
    "da": {"passport": "pas", "visa": "visum", "driving_licence": "kørekort"},
    "de": {
        "passport": "Reisepass",
        "visa": "Visum",
        "id_card": "Personalausweis",
        "driving_licence": "Führerschein",
        "residence_permit": "Aufenthaltstitel",
    },
    "el": {"passport": "διαβατήριο", "visa": "βίζα", "id_card": "ταυτότητα"},
    "es": {"passport": "pasaporte", "visa": "visado", "id_card": "documento de identidad"},
    "et": {"passport": "pass", "visa": "viisa", "id_card": "ID-kaart"},
    "fa": {"passport": "گذرنامه", "visa": "ویزا"},
    "fi": {
        "passport": "passi",
        "visa": "viisumi",
        "id_card": "henkilökortti",
        "driving_licence": "ajokortti",
        "residence_permit": "oleskelulupa",
    },
    "fr": {
        "passport": "passeport",
        "visa": "visa",
        "id_card": "carte d'identité",
        "driving_licence": "permis de conduire",
    },
    "he": {"passport": "דרכון", "visa": "ויזה", "id_card": "תעודת זהות"},
    "hi": {"passport": "पासपोर्ट", "visa": "वीज़ा"},
    "hr": {"passport": "putovnica", "visa": "viza", "id_card": "osobna iskaznica"},
    "hu": {"passport": "útlevél", "visa": "vízum", "id_card": "személyi igazolvány"},
    "id": {"passport": "paspor", "visa": "visa"},
    "is": {"passport": "vegabréf", "visa": "vegabréfsáritun", "id_card": "nafnskírteini"},
    "it": {
        "passport": "passaporto",
        "visa": "visto",
        "id_card": "carta d'identità",
        "driving_licence": "patente di guida",
    },
    "ja": {"passport": "パスポート", "visa": "ビザ", "residence_permit": "在留カード"},
    "kk": {"passport": "паспорт", "visa": "виза"},
    "km": {"passport": "លិខិតឆ្លងដែន"},
    "ko": {"passport": "여권", "visa": "비자", "residence_permit": "외국인등록증"},
    "lt": {"passport": "pasas", "visa": "viza"},
    "lv": {"passport": "pase", "visa": "vīza"},
    "ms": {"passport": "pasport", "visa": "visa"},
    "nb": {"passport": "pass", "visa": "visum"},
    "ne": {"passport": "राहदानी"},
    "nl": {"passport": "paspoort", "visa": "visum", "id_card": "identiteitskaart"},
    "no": {"passport": "pass", "visa": "visum"},
    "pl": {"passport": "paszport", "visa": "wiza", "id_card": "dowód osobisty", "residence_permit": "karta pobytu"},
    "pt": {
        "passport": "passaporte",
        "visa": "visto",
        "id_card": "carteira de identidade",
        "residence_permit": "autorização de residência",
    },
    "ro": {"passport": "pașaport", "visa": "viză", "id_card": "carte de identitate"},
    "ru": {"passport": "паспорт", "visa": "виза"},
    "sk": {"passport": "cestovný pas", "visa": "vízum", "id_card": "občiansky preukaz"},
    "sl": {"passport": "potni list", "visa": "vizum"},
    "sr": {"passport": "пасош", "visa": "виза", "id_card": "лична карта"},
    "sv": {"passport": "pass", "visa": "visum", "id_card": "id-kort"},
    "th": {"passport": "หนังสือเดินทาง", "visa": "วีซ่า"},
    "tr": {"passport": "pasaport", "visa": "vize", "id_card": "kimlik kartı", "driving_licence": "sürücü belgesi"},
    "uk": {"passport": "паспорт", "visa": "віза"},
    "ur": {"passport": "پاسپورٹ", "visa": "ویزا"},
    "vi": {"passport": "hộ chiếu", "visa": "thị thực", "id_card": "căn cước công dân"},
    "zh": {"passport": "護照", "visa": "簽證", "id_card": "身份證"},
}
"""What a document is called where it is issued, by language and kind; a kind that is missing has the country only."""
