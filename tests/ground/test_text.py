"""Vietnamese text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.register.terms import TERRITORY_WORDS

VIETNAMESE = st.text(alphabet=sorted(text._LETTERS) + list(" 0123456789.-–“”"), min_size=1, max_size=40)


@pytest.mark.parametrize(
    "variant",
    [
        "Phường Hoà Quý",
        "UBND phường Hòa Quý",
        "P. Hòa Quý",
        "P.Hoà Quý",
        "UBND P. hòa  quý",
        "ủy ban nhân dân phường hòa quý",
    ],
)
def test_spellings_of_one_name_have_one_key(variant: str) -> None:
    """Prefix, abbreviated level, case, spaces and tone placement do not distinguish names."""
    assert text.name_key(variant) == text.name_key("UBND phường Hoà Quý")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phường Hải Châu I", "UBND Phường Hải Châu 1"),
        ("Phường Hải Châu II", "UBND P.Hải Châu 2"),
        ("Quận Sơn Trà", "UBND Q. Sơn Trà"),
        ("Huyện Hòa Vang", "huyện Hoà Vang"),
        ("Phường Tiền Ninh Vệ", unicodedata.normalize("NFD", "Phường Tiền Ninh Vệ")),
        ("Sở Lao động - Thương binh và Xã hội", "Sở Lao động–Thương binh và Xã hội"),
        ("UBND thành phố Đà Nẵng", "UBND TP. Đà Nẵng"),
        ("Thanh tra thành phố", "Thanh tra TP"),
        ("Sở Khoa học và Công nghệ", "Sở Khoa học & Công nghệ"),
        ("Sở KH&CN", "Sở KH và CN"),
    ],
)
def test_real_variants_are_the_same_name(one: str, other: str) -> None:
    """Spellings that real sources use for one unit have one key."""
    assert text.name_key(one) == text.name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phường Thanh Bình", "Phường Thạnh Bình"),
        ("Quận Hải Châu", "Phường Hải Châu"),
        ("Phường Hòa Thuận Đông", "Phường Hòa Thụân Đông"),
        ("Phường Hải Châu I", "Phường Hải Châu II"),
        ("Phường Mỹ An", "Phường Mĩ An"),
    ],
)
def test_diacritics_and_level_words_distinguish(one: str, other: str) -> None:
    """A typo, another tone or another level is another name."""
    assert text.name_key(one) != text.name_key(other)


@given(VIETNAMESE)
def test_a_key_is_its_own_key(name: str) -> None:
    """Making a key of a key changes nothing, except that a prefix may show another prefix beneath."""
    key = text.name_key(name)
    if not key.startswith(("ubnd", "uỷ ban", *[f"{short}." for short in text.ABBREVIATED_LEVELS])):
        assert text.name_key(key) == key


@given(st.text(max_size=60))
def test_clean_is_idempotent(raw: str) -> None:
    """What has been made regular is regular, and is NFC."""
    try:
        cleaned = text.clean(raw).value
    except InvalidError:
        return
    assert text.clean(cleaned).value == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\n" not in cleaned


def test_line_ends_stay_in_notes_only() -> None:
    """A note keeps its lines as LF; in any other value a line end is a space."""
    assert text.clean("một\r\nhai\u2028ba", lines=True).value == "một\nhai\nba"
    assert text.clean("một\r\nhai\u2028ba").value == "một hai ba"


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1b[31mb", "a\u202eb", "a\ufffdb", "a\x85b", "a\ud800b"])  # noqa: PT014
def test_controls_are_refused(bad: str) -> None:
    """Control, bidirectional, damaged and lone surrogate characters are never taken."""
    with pytest.raises(InvalidError):
        text.clean(bad, lines=True)


def test_zero_width_goes_and_eth_becomes_d_stroke() -> None:
    """What is changed on the way is reported."""
    cleaned = text.clean("Ðông\u200b  Đa")
    assert cleaned.value == "Đông Đa"
    assert cleaned.changes == {"zero-width", "d-stroke", "spaces"}


@pytest.mark.parametrize(
    "bad", ["", "=1+1", "(x)", "Sôû Noäi vuï÷", "a" * 256, "Thanh B\u0301\u0301ình", "Имя"]
)
def test_names_have_an_alphabet(bad: str) -> None:
    """A name holds Vietnamese letters, digits and plain signs, and begins with a letter or digit."""
    with pytest.raises(InvalidError):
        text.check_name(bad)


@pytest.mark.parametrize("bad", ["", "-a", "a b", "а1", "a" * 33, "１"])
def test_codes_are_ascii(bad: str) -> None:
    """A code holds at most 32 ASCII letters, digits, dots, underscores and dashes."""
    with pytest.raises(InvalidError):
        text.check_code(bad)


def test_vietnamese_order() -> None:
    """a ă â b ... d đ, tones in the order bằng huyền hỏi ngã sắc nặng, numbers by value."""
    names = ["đá", "dạ", "dá", "da", "dà", "dả", "dã", "ăn", "ân", "an", "Phường 10", "Phường 2"]
    assert sorted(names, key=text.sort_key) == [
        "an", "ăn", "ân", "da", "dà", "dả", "dã", "dá", "dạ", "đá", "Phường 2", "Phường 10",
    ]  # fmt: skip


@given(st.text(max_size=80))
def test_visible_shows_everything(raw: str) -> None:
    """Whatever is shown is seen, and text that can be seen is shown as it is."""
    shown = text.visible(raw)
    assert text.seen(shown)
    if text.seen(raw):
        assert shown == raw


def test_territory_words_fold() -> None:
    """Folding takes all marks off, đ included."""
    assert text.fold(" ".join(TERRITORY_WORDS)) == "thanh pho quan huyen thi xa phuong xa thi tran dac khu"


@pytest.mark.parametrize(
    "character", ["\u034f", "\ufe0f", "\U000e0101", "\u115f", "\u3164", "\uffa0", "\u2800", "\ue000"]
)
def test_what_cannot_be_seen_is_shown_as_an_escape(character: str) -> None:
    """Characters that print as nothing, though Python calls them printable, are visible too."""
    assert text.visible(f"a{character}b").startswith("a\\")


@given(st.text(st.sampled_from("aơ\u0300\u0301\u0309\u0323\u0345\u034f\u0f71…́")).map(lambda text: text * 8))
def test_nfc_is_that_of_unicode(value: str) -> None:
    """Marks that were sorted before give what they give unsorted."""
    assert text.nfc(value) == unicodedata.normalize("NFC", value)
