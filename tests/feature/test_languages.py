import pytest

from palate.feature.languages import languages
from palate.text import Text

SENTENCES = {
    "de": ["Der Verein gewann das letzte Spiel der Saison.", "Wie man ein gutes Sauerteigbrot backt"],
    "fr": ["Les chercheurs ont découvert une espèce de grenouille.", "La banque centrale relève ses taux"],
    "es": ["El equipo ganó el partido en la última hora.", "Nuevos métodos para tratar el cáncer"],
    "en": ["Gas prices rose this winter and they fell with it.", "New methods for treating cancer"],
    "ru": ["Команда выиграла матч вчера вечером."],
    "uk": ["Команда виграла матч учора ввечері."],
    "ar": ["فاز الفريق بالمباراة أمس."],
    "fa": ["دستور پخت خورش و قیمت گاز در تهران"],
    "he": ["הקבוצה ניצחה במשחק אתמול"],
    "hi": ["टीम ने कल मैच जीता और सब खुश थे।"],
    "ko": ["팀이 어젯밤 경기에서 이겼다."],
    "zh": ["卷积神经网络可以识别图像中的物体。", "基于BERT的Transformer模型"],
    "ja": ["チームは昨夜の試合に勝った。"],
    "th": ["ทีมชาติชนะในนัดชิง"],
    "lo": ["ພາສາລາວ"],
    "km": ["ភាសាខ្មែរ"],
    "el": ["Η ομάδα κέρδισε τον αγώνα"],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_are_told_by_their_language(language: str) -> None:
    assert languages([Text.of(sentence) for sentence in SENTENCES[language]]) == [language] * len(
        SENTENCES[language]
    )


def test_what_the_source_states_counts_unless_the_script_is_another_ones() -> None:
    texts = [
        Text.of("Gas prices rose", language="deu"),
        Text.of("足球世界杯", language="en-US"),
        Text.of("東京大学", language="Japanese"),
        Text.of("The letter α and 足 in an English sentence that goes on", language=""),
        Text.of("12:30 !!!"),
        Text.of(""),
    ]
    assert languages(texts) == ["de", "zh", "ja", "en", "", ""]
