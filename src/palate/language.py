"""Language: the codes by which languages are known, made of what sources and people write."""

import re
from functools import cache

from palate.errors import BadValue

# ISO 639-1 / 639-2 for terms / 639-2 for books, and the English name
LANGUAGES = (
    "aa/aar Afar, ab/abk Abkhazian, ae/ave Avestan, af/afr Afrikaans, ak/aka Akan, am/amh Amharic, "
    "an/arg Aragonese, ar/ara Arabic, as/asm Assamese, av/ava Avaric, ay/aym Aymara, az/aze "
    "Azerbaijani, ba/bak Bashkir, be/bel Belarusian, bg/bul Bulgarian, bh/bih Bihari languages, bi/bis "
    "Bislama, bm/bam Bambara, bn/ben Bangla, bo/bod/tib Tibetan, br/bre Breton, bs/bos Bosnian, ca/cat "
    "Catalan, ce/che Chechen, ch/cha Chamorro, co/cos Corsican, cr/cre Cree, cs/ces/cze Czech, cu/chu "
    "Church Slavic, cv/chv Chuvash, cy/cym/wel Welsh, da/dan Danish, de/deu/ger German, dv/div Divehi, "
    "dz/dzo Dzongkha, ee/ewe Ewe, el/ell/gre Greek, en/eng English, eo/epo Esperanto, es/spa Spanish, "
    "et/est Estonian, eu/eus/baq Basque, fa/fas/per Persian, ff/ful Fulah, fi/fin Finnish, fj/fij "
    "Fijian, fo/fao Faroese, fr/fra/fre French, fy/fry Western Frisian, ga/gle Irish, gd/gla Gaelic, "
    "gl/glg Galician, gn/grn Guarani, gu/guj Gujarati, gv/glv Manx, ha/hau Hausa, he/heb Hebrew, hi/hin "
    "Hindi, ho/hmo Hiri Motu, hr/hrv Croatian, ht/hat Haitian, hu/hun Hungarian, hy/hye/arm Armenian, "
    "hz/her Herero, ia/ina Interlingua, id/ind Indonesian, ie/ile Interlingue, ig/ibo Igbo, ii/iii "
    "Sichuan Yi, ik/ipk Inupiaq, io/ido Ido, is/isl/ice Icelandic, it/ita Italian, iu/iku Inuktitut, "
    "ja/jpn Japanese, jv/jav Javanese, ka/kat/geo Georgian, kg/kon Kongo, ki/kik Kikuyu, kj/kua "
    "Kuanyama, kk/kaz Kazakh, kl/kal Kalaallisut, km/khm Central Khmer, kn/kan Kannada, ko/kor Korean, "
    "kr/kau Kanuri, ks/kas Kashmiri, ku/kur Kurdish, kv/kom Komi, kw/cor Cornish, ky/kir Kirghiz, "
    "la/lat Latin, lb/ltz Luxembourgish, lg/lug Ganda, li/lim Limburgan, ln/lin Lingala, lo/lao Lao, "
    "lt/lit Lithuanian, lu/lub Luba-Katanga, lv/lav Latvian, mg/mlg Malagasy, mh/mah Marshallese, "
    "mi/mri/mao Maori, mk/mkd/mac Macedonian, ml/mal Malayalam, mn/mon Mongolian, mr/mar Marathi, "
    "ms/msa/may Malay, mt/mlt Maltese, my/mya/bur Burmese, na/nau Nauru, nd/nde Ndebele, "
    "ne/nep Nepali, ng/ndo Ndonga, nl/nld/dut Dutch, nn/nno Norwegian Nynorsk, no/nor Norwegian, nr/nbl "
    "Ndebele, nv/nav Navajo, ny/nya Chichewa, oc/oci Occitan, oj/oji Ojibwa, om/orm Oromo, or/ori "
    "Oriya, os/oss Ossetian, pa/pan Panjabi, pi/pli Pali, pl/pol Polish, ps/pus Pushto, pt/por "
    "Portuguese, qu/que Quechua, rm/roh Romansh, rn/run Rundi, ro/ron/rum Romanian, ru/rus Russian, "
    "rw/kin Kinyarwanda, sa/san Sanskrit, sc/srd Sardinian, sd/snd Sindhi, se/sme Northern Sami, sg/sag "
    "Sango, si/sin Sinhala, sk/slk/slo Slovak, sl/slv Slovenian, sm/smo Samoan, sn/sna Shona, so/som "
    "Somali, sq/sqi/alb Albanian, sr/srp Serbian, ss/ssw Swati, st/sot Sotho, su/sun Sundanese, sv/swe "
    "Swedish, sw/swa Swahili, ta/tam Tamil, te/tel Telugu, tg/tgk Tajik, th/tha Thai, ti/tir Tigrinya, "
    "tk/tuk Turkmen, tl/tgl Tagalog, tn/tsn Tswana, to/ton Tonga, tr/tur Turkish, ts/tso Tsonga, tt/tat "
    "Tatar, tw/twi Twi, ty/tah Tahitian, ug/uig Uighur, uk/ukr Ukrainian, ur/urd Urdu, uz/uzb Uzbek, "
    "ve/ven Venda, vi/vie Vietnamese, vo/vol Volapük, wa/wln Walloon, wo/wol Wolof, xh/xho Xhosa, "
    "yi/yid Yiddish, yo/yor Yoruba, za/zha Zhuang, zh/zho/chi Chinese, zu/zul Zulu "
)
ALIASES = {  # names in the languages themselves, and codes that were given up or are narrower
    "deutsch": "de",
    "français": "fr",
    "francais": "fr",
    "español": "es",
    "castellano": "es",
    "italiano": "it",
    "português": "pt",
    "nederlands": "nl",
    "polski": "pl",
    "svenska": "sv",
    "русский": "ru",
    "українська": "uk",
    "العربية": "ar",
    "עברית": "he",
    "हिन्दी": "hi",
    "ไทย": "th",
    "中文": "zh",
    "汉语": "zh",
    "漢語": "zh",
    "日本語": "ja",
    "한국어": "ko",
    "türkçe": "tr",
    "cmn": "zh",
    "yue": "zh",
    "wuu": "zh",
    "nb": "no",
    "nob": "no",
    "bokmål": "no",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mandarin": "zh",
    "farsi": "fa",
    "castilian": "es",
}
# what may stand after a language: its country, a second language, a remark
REST = re.compile(r"\s*[;,/|(].*|[-_].*", re.DOTALL)


def language_code(stated: str) -> str:
    """Returns the ISO 639-1 code of a language as sources state it, "" where it is none that is known.

    >>> [language_code(stated) for stated in ("en-US", "eng", "English", "ger", "Deutsch", "zh_Hans", "?")]
    ['en', 'en', 'en', 'de', 'de', 'zh', '']
    """
    name = REST.sub("", stated.strip().casefold()).strip(" .")
    return ALIASES.get(name) or _codes().get(name, "")


def known_language(named: str) -> str:
    """Returns the code of a language that a person names. Raises BadValue where none is called so.

    >>> known_language("German")
    'de'
    """
    code = language_code(named)
    if not code:
        raise BadValue(
            f"no language is called {named[:80]!r}; write its English name or code, as German or de"
        )
    return code


def language_name(code: str) -> str:
    """Returns the English name of a language by its ISO 639-1 code; the code where it is not known.

    >>> language_name("de"), language_name("xx")
    ('German', 'xx')
    """
    return _names().get(code, code)


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in LANGUAGES.split(", "):
        known, _, name = entry.strip().partition(" ")
        short, *longer = known.split("/")
        codes.update(dict.fromkeys([short, *longer, name.casefold()], short))
    return codes


@cache
def _names() -> dict[str, str]:
    entries = (entry.strip().partition(" ") for entry in LANGUAGES.split(", "))
    return {known.split("/")[0]: name for known, _, name in entries}
