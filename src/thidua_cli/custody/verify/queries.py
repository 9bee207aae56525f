"""The rules of a register that one query can tell, each with what it says of a row that breaks it.

A register that only this program has written breaks none.
"""

from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.register.terms import Kind

KINDS = ", ".join(f"'{kind}'" for kind in Kind)
_DEEDS = (
    "SELECT 'record' AS source, id, action AS deed, operation FROM record"
    " UNION ALL SELECT 'exemption', id, obligation, operation FROM exemption"
    " UNION ALL SELECT 'unit_version', id, unit, operation FROM unit_version"
)


class Rule(NamedTuple):
    """A query for the rows of a table that break a rule; the message names its columns, `row` among them."""

    table: str
    message: str
    broken: str


def rules() -> list[Rule]:
    """The rules, in the order of the tables."""
    return [
        Rule(
            "obligation_kind",
            _("nghĩa vụ {code}: không có loại '{kind}'"),
            f"SELECT rowid AS row, obligation AS code, kind FROM obligation_kind WHERE kind NOT IN ({KINDS})",
        ),
        Rule(
            "phase",
            _("giai đoạn {code}: ngày cuối trước ngày đầu"),
            "SELECT rowid AS row, code FROM phase WHERE ends_on < starts_on",
        ),
        Rule(
            "unit",
            _("đơn vị {row} không có mã, không có tên"),
            "SELECT id AS row FROM unit WHERE id NOT IN (SELECT unit FROM unit_version)",
        ),
        Rule(
            "succession",
            _("thay đổi {row}: {change} không thể nối đơn vị {predecessor} với đơn vị {successor}"),
            "SELECT id AS row, change, predecessor, successor FROM succession WHERE CASE change"
            " WHEN 'create' THEN predecessor IS NOT NULL WHEN 'dissolve' THEN successor IS NOT NULL"
            " WHEN 'merge' THEN predecessor = successor WHEN 'split' THEN predecessor = successor"
            " ELSE predecessor IS NOT NULL AND predecessor IS NOT successor END",
        ),
        Rule(
            "exemption",
            _("số {row} vừa là một bản ghi, vừa là một lần miễn"),
            "SELECT id AS row FROM exemption WHERE id IN (SELECT id FROM record)",
        ),
        Rule(
            "record",
            _("bản ghi #{row}: ngày {day} trước ngày đầu của {phase}"),
            "SELECT r.id AS row, done_on AS day, phase FROM record r JOIN phase p ON p.code = phase"
            " WHERE done_on < starts_on",
        ),
        Rule(
            "exemption",
            _("bản ghi #{row}: ngày {day} trước ngày đầu của {phase}"),
            "SELECT x.id AS row, exempted_on AS day, phase FROM exemption x JOIN obligation b"
            " ON b.code = obligation JOIN phase p ON p.code = phase WHERE exempted_on < starts_on",
        ),
        *(
            Rule(
                table,
                _("bản ghi #{row}: ngày {day} sau ngày ghi vào sổ"),
                f"SELECT id AS row, max({day}, coalesce(document_date, ''), coalesce(received_on, '')) AS day"
                f" FROM {table} t JOIN operation ON number = t.operation"
                " WHERE day > date(recorded_at, '+7 hours')",  # Việt Nam's day
            )
            for table, day in {"record": "done_on", "exemption": "exempted_on"}.items()
        ),
        Rule(
            "void",
            _("lần hủy {row}: bản ghi thay thế #{fresh} không có, hoặc không ghi cùng lúc"),
            f"SELECT v.id AS row, v.replacement AS fresh FROM void v LEFT JOIN ({_DEEDS}) r"
            " ON r.id = v.replacement AND (r.source = 'unit_version') = (v.target = 'unit_version')"
            " WHERE v.replacement IS NOT NULL AND r.operation IS NOT v.operation",
        ),
        Rule(
            "void",
            _("lần hủy {row}: bản ghi thay thế #{fresh} nói về một việc khác"),
            "SELECT v.id AS row, v.replacement AS fresh FROM void v"
            f" LEFT JOIN ({_DEEDS}) old ON old.source = v.target AND old.id = v.target_id"
            f" LEFT JOIN ({_DEEDS}) new ON new.id = v.replacement"
            " AND (new.source = 'unit_version') = (v.target = 'unit_version')"
            " WHERE v.replacement <= v.target_id OR (new.source, new.deed) IS NOT (old.source, old.deed)"
            " AND v.replacement IS NOT NULL",
        ),
    ]
