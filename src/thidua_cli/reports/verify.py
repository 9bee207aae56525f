"""What an examination found, one finding in a row."""

from collections.abc import Sequence

from thidua_cli.custody.verify import Proof
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Problem
from thidua_cli.render.model import Column, Form, Report, Table

FIELDS = ("check", "operation", "table", "row", "finding")


def build(proof: Proof) -> Report:
    """The report of `thidua verify`; empty for people if nothing was found."""
    rows = [_row(item) for item in proof.findings]

    def people() -> list[Table]:
        columns = [
            Column(_("Kiểm tra")),
            Column(_("Thao tác"), Form.NUMBER, drop=1),
            Column(_("Phát hiện"), narrow=30),
        ]
        cells: list[Sequence[object]] = [
            [row["check"], row["operation"] and str(row["operation"]), row["finding"]] for row in rows
        ]
        return [Table(columns, [("", cells)])] if cells else []

    return Report(
        fields=FIELDS,
        rows=rows,
        people=people,
        head=proof.head.anchor if proof.head else None,
        register=proof.register,
        lead=[_("Kiểm tra sổ: {count} điều không đúng").format(count=len(rows))],
        extra={"intact": not rows, "notices": [_row(item) for item in proof.notices]},
    )


def _row(problem: Problem) -> dict[str, object]:
    return {
        "check": problem.rule,
        "operation": problem.at.operation,
        "table": problem.at.table or None,
        "row": problem.at.id,
        # a damaged file may hold what is no text at all
        "finding": problem.message.encode("utf-8", "backslashreplace").decode(),
    }
