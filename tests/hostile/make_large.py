"""Writes the large files of this folder: `python make_large.py [DIR]`, by default beside itself."""

import pathlib
import sys

HEADER = b"code,name,kind,level,parent_code\r\n"


def million_columns():
    return HEADER + b"," * 1_000_000 + b"\r\n"


def huge_field():
    return HEADER + b"48," + b"x" * 300_000 + b",city-committee,city,\r\n"


def units_20000():
    """200 districts of 99 communes each: 20,000 good units."""
    lines = ["code,name,kind,parent_code,sort_order,valid_from"]
    for d in range(200):
        lines.append(f"Q{d:03},UBND quận Thử nghiệm {d},district-committee,,{d * 100},2021-01-01")
        for c in range(1, 100):
            lines.append(
                f"Q{d:03}-{c:02},UBND phường Thử nghiệm {d}.{c},commune-committee,Q{d:03},{d * 100 + c},2021-01-01"
            )
    return "\r\n".join([*lines, ""]).encode()


FILES = {"million_columns.csv": million_columns, "huge_field.csv": huge_field, "units_20000.csv": units_20000}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent
    for name, make in FILES.items():
        (folder / name).write_bytes(make())
