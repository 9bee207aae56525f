"""Two entries of one thing: the new one completed from the old one, and their differences."""

from collections.abc import Callable, Mapping, Set
from typing import Any, NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register.entries import (
    Entry,
    Exemption,
    Extension,
    Paper,
    Record,
    Supplement,
    Withdrawal,
    issuer_key,
    number_key,
)
from thidua_cli.register.fields import DAYS

NOTHING = "–"  # in the place of a value that is not there
_HASH_SHOWN = 12  # digits
_KEYS: Mapping[str, Callable[[Any], object]] = {  # by which two values of a field are the same
    "document_number": number_key,
    "document_issuer": issuer_key,
}


class Difference(NamedTuple):
    """A field in which two entries of one thing differ, with both values for people.

    `decides`: the values are not the same; another way to write a number or an issuer is.
    """

    field: str
    label: str
    old: str
    new: str
    decides: bool

    @property
    def column(self) -> str:
        """The field that gave the value: a hash is that of the evidence."""
        return self.field.removesuffix("_sha256")

    @property
    def shown(self) -> tuple[str, str]:
        """Both values for people: a hash by its first digits."""
        most = _HASH_SHOWN if self.column != self.field else None
        return self.old[:most], self.new[:most]


def compare(old: Entry, new: Entry, given: Set[str]) -> tuple[Entry, list[Difference]]:
    """`new` with every field that is not in `given` copied from `old`, and how that differs from `old`.

    No evidence and no note say nothing, given or not; nor does evidence that has not been hashed say another
    hash of the same path.
    """
    held, said = old.document.columns(), new.document.columns()
    taken = {name for name in given if name not in ("evidence", "note") or said.get(name)}
    if "evidence" in taken and (said["evidence_sha256"] or said["evidence"] != held["evidence"]):
        taken.add("evidence_sha256")
    completed = new._replace(document=Paper(*((said if name in taken else held)[name] for name in said)))
    if isinstance(old, Record | Supplement) and "contents" not in given:
        completed = completed._replace(contents=old.contents)  # type: ignore[call-arg]
    if isinstance(old, Record) and isinstance(completed, Record):
        kept = {code: value for code, value in old.fields if code not in given}
        completed = completed._replace(fields=tuple(sorted({**kept, **dict(completed.fields)}.items())))
    if isinstance(old, Exemption) and isinstance(completed, Exemption):
        completed = completed._replace(cut_on=old.cut_on)
        if "until" not in given or completed.until_on == old.last_on:
            completed = completed._replace(until_on=old.until_on)
    return completed, differences(old, completed)


def differences(old: Entry, new: Entry) -> list[Difference]:
    """The fields in which two entries of one thing differ; the hash only where the evidence has one path."""
    held, said = _values(old), _values(new)
    held, said = (dict.fromkeys([*held, *said]) | each for each in (held, said))
    differing = [field for field in held if held[field] != said[field]]
    if "evidence" in differing and "evidence_sha256" in differing:
        differing.remove("evidence_sha256")
    labels = _labels() if differing else {}
    return [
        Difference(
            field,
            labels.get(field, field),
            _shown(field, held[field]),
            _shown(field, said[field]),
            field not in _KEYS or _KEYS[field](held[field]) != _KEYS[field](said[field]),
        )
        for field in differing
    ]


def _values(entry: Entry) -> dict[str, Any]:
    """What an entry says beside its key, by the names of fields; results by their codes."""
    paper = entry.document.columns()
    sha256 = paper.pop("evidence_sha256")
    if isinstance(entry, Exemption):
        return {
            "on": entry.day,
            **paper,
            "evidence_sha256": sha256,
            "until": entry.until_on,
            "reason": entry.reason,
        }
    if isinstance(entry, Withdrawal):
        return {"on": entry.day, **paper, "evidence_sha256": sha256}
    if isinstance(entry, Extension):
        return {"on": entry.day, **paper, "evidence_sha256": sha256, "until": entry.until_on}
    if isinstance(entry, Supplement):
        return {"on": entry.day, **paper, "evidence_sha256": sha256, "contents": entry.contents}
    said = {"done_on": entry.day, **paper, "evidence_sha256": sha256, "contents": entry.contents}
    return {**said, **dict(entry.fields)}


def _labels() -> dict[str, str]:
    return {
        "done_on": _("ngày"),
        "on": _("ngày"),
        "document_number": _("số văn bản"),
        "document_issuer": _("cơ quan ban hành"),
        "document_date": _("ngày văn bản"),
        "received_on": _("ngày nhận"),
        "evidence": _("minh chứng"),
        "note": _("ghi chú"),
        "evidence_sha256": _("SHA-256 của minh chứng"),
        "contents": _("nội dung"),
        "reason": _("lý do"),
        "until": _("đến ngày"),
    }


def _shown(field: str, value: Any) -> str:
    if not value:
        return NOTHING
    if field == "contents":
        return ",".join(map(str, value))
    return show_day(value) if field in DAYS else str(value)
