"""Other headers that have one meaning in a kind of file: one table, in both languages.

They are written in lower case, without punctuation, and with the words of `SHORT_WORDS` in full. What may
mean two things, such as `Thời gian`, is not among them; `Field.like` suggests it.
"""

from collections.abc import Mapping

SHORT_WORDS = {
    "bh": "ban hành",
    "cq": "cơ quan",
    "cv": "công văn",
    "đv": "đơn vị",
    "kh": "kế hoạch",
    "nq": "nghị quyết",
    "pđ": "phát động",
    "qđ": "quyết định",
    "vb": "văn bản",
    "đk": "đăng ký",
}
_PAPERS = ("văn bản", "kế hoạch", "quyết định", "công văn")
_CODES = ("mã", "mã số", "mã cơ quan", "mã số đơn vị")
_IDENTIFIERS = ("mã định danh", "mã định danh đơn vị", "mã định danh cơ quan", "mã định danh điện tử")
_BODIES = (
    *("cơ quan", "tên cơ quan", "cơ quan đơn vị", "tên cơ quan đơn vị", "đơn vị cơ quan"),
    *("tên đơn vị cơ quan", "agency", "agency name", "organisation", "organization"),
)
_NUMBERS = (
    *("số hiệu", "số ký hiệu", "số và ký hiệu", "document no", "document number", "plan no", "plan number"),
    *(f"{number} {paper}" for number in ("số", "số hiệu", "số ký hiệu") for paper in _PAPERS),
)

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "code": (*_CODES, "unit code"),
    "name": (*_BODIES, "tên", "đơn vị", "unit", "unit name"),
    "kind": ("loại đơn vị", "loại hình", "loại hình đơn vị", "loại cơ quan", "type", "unit type"),
    "level": ("cấp hành chính", "cấp đơn vị"),
    "parent_code": (
        *("mã cấp trên", "cấp trên", "đơn vị cấp trên", "cơ quan cấp trên", "tên đơn vị cấp trên"),
        *("đơn vị chủ quản", "cơ quan chủ quản", "trực thuộc", "parent", "parent unit"),
    ),
    "abbreviation": ("tên viết tắt", "viết tắt", "short name"),
    "note": ("chú thích", "notes", "remark", "remarks"),
    "unit_code": (*_CODES, *_IDENTIFIERS, "code"),
    "unit_name": (*_BODIES, "tác giả", "name", "author"),
    "document_number": _NUMBERS,
    "document_issuer": ("nơi ban hành", "đơn vị ban hành", "issuer", "issued by"),
    "document_date": (
        *(
            "ngày ban hành",
            "ngày ký",
            "document date",
            "date of issue",
            "issue date",
            "issued on",
            "signed on",
        ),
        *(
            f"{day} {paper}"
            for day in ("ngày", "ngày ban hành", "ngày ký", "ngày tháng")
            for paper in _PAPERS
        ),
    ),
    "received_on": (
        *("ngày đến", "ngày tiếp nhận", "ngày nhận văn bản", "ngày nhận kế hoạch"),
        *("received", "date received", "dấu thời gian", "timestamp"),
    ),
    "contents": ("nội dung thi đua", "nội dung đăng ký", "content"),
    "done_on": ("ngày thực hiện", "done on"),
    "resolution": ("số nghị quyết", *_NUMBERS),
}

# Words of bands over several columns: those of each kind of file, those that say nothing, and those of other
# matters, under which a number or a day is no paper of ours.
ACTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "launches": ("phát động", "triển khai", "launch"),
    "registrations": ("đăng ký", "registration"),
    "reviews": ("tổng kết", "review"),
    "exemptions": ("miễn", "exemption"),
    "extensions": ("gia hạn", "extension"),
}
BAND_FILLERS = ("phong trào", "thi đua", "thông tin", "về", "việc", "thực hiện", "tổ chức")
OTHER_MATTERS = ("khen thưởng", "kiểm tra", "trả lời", "chỉ đạo", "sơ kết", "căn cứ", "của", "cấp trên")
# Of a register of incoming papers: who issued a paper, its day, and what no other file has.
ISSUERS = frozenset(
    (
        *(
            "tác giả",
            "tác giả văn bản",
            "cơ quan ban hành",
            "cơ quan ban hành văn bản",
            "tên cơ quan ban hành",
        ),
        *("nơi ban hành", "đơn vị ban hành", "nơi gửi", "cơ quan gửi", "đơn vị gửi", "nơi gửi đến"),
        *("author", "issuer", "issued by", "sender", "document issuer"),
    )
)
INCOMING_DAYS = frozenset(("ngày tháng", "ngày tháng năm"))
INCOMING_MARKS = frozenset(
    (
        *("số đến", "số văn bản đến", "số công văn đến", "số vào sổ", "đơn vị hoặc người nhận"),
        *("incoming number", "incoming no"),
    )
)

# Columns that only `thidua list` writes: a file with `state` and `record_id` is such a list.
OF_LISTS = (
    *("kind", "level", "parent_code", "obligation", "state", "due_on", "closes_on", "declared_late"),
    *("record_id", "ended_on"),
)

# Of one kind of file alone, by that kind.
OWN_SYNONYMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "launches": {"done_on": ("launch date", "launched on", "date of launch")},
    "registrations": {"done_on": ("registered on", "date of registration")},
    "reviews": {"done_on": ("reviewed on", "date of review")},
}
