"""Papers as official sentences cite them, by Decree 30/2020: sort, number, day, issuer, subject."""

import re

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.ground.text import lower_first
from thidua_cli.register.entries import Entry
from thidua_cli.register.plan import Decision, Plan

_SYMBOL = re.compile(r"\d(?:[-/]\d+)?[-/](KH|QĐ|CT|NQ|TB|TTr)(?=[-/]|$)", re.IGNORECASE)


def grounds(plan: Plan) -> str:
    """What a report or letter rests on, "Thực hiện Kế hoạch số …"; empty where no paper is known."""
    paper = plan_paper(plan)
    return _("Thực hiện {paper}").format(paper=paper) if paper else ""


def plan_paper(plan: Plan) -> str:
    """The document of the plan, as decided by the day of the plan; empty where nothing of it is known."""
    number, issuer, day, title = plan.source
    if not any(plan.source):
        return ""
    sort = _sort(number) or _("Kế hoạch")
    words = _cited(number, day, issuer, sort)
    if not title:
        return words
    is_english = current() == "en"
    if not is_english and title.casefold().startswith(f"{sort.casefold()} "):
        return words + title[len(sort) :]
    return _("{paper} về {subject}").format(paper=words, subject=title if is_english else lower_first(title))


def decision_paper(decision: Decision) -> str:
    """A decision that amended the plan."""
    number = decision.document_number
    return _cited(number, decision.decided_on, decision.document_issuer, _sort(number) or _("văn bản"))


def entry_paper(entry: Entry) -> str:
    """The paper of an extension, exemption or withdrawal; without a date of its own, of the entry's day."""
    paper = entry.document
    return _cited(paper.number, paper.date or entry.day, paper.issuer, _sort(paper.number) or _("văn bản"))


def _sort(number: str | None) -> str:
    """The sort of paper that a number names by its symbol, as in 45/QĐ-UBND; empty where it names none."""
    found = _SYMBOL.search(number or "")
    return {
        "KH": _("Kế hoạch"),
        "QĐ": _("Quyết định"),
        "CT": _("Chỉ thị"),
        "NQ": _("Nghị quyết"),
        "TB": _("Thông báo"),
        "TTR": _("Tờ trình"),
    }.get(found[1].upper() if found else "", "")


def _cited(number: str | None, day: str | None, issuer: str | None, sort: str) -> str:
    words = _("{sort} số {number}").format(sort=sort, number=number) if number else sort
    if day:
        words += _(" ngày {day}").format(day=show_day(day))
    if issuer:
        words += _(" của {issuer}").format(issuer=issuer)
    return words
