"""Where a register may stand: on a disk that keeps locks and rights, in a file that only some may change."""

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from thidua_cli.errors import StoreError
from thidua_cli.language import _

_MOUNTS = Path("/proc/self/mountinfo")

# Over a network, locks are kept by another machine, or by none: two writers may be let in at once.
_NETWORK = frozenset(
    (
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "davfs", "lustre",
        "glusterfs", "ceph", "gfs2", "ocfs2", "beegfs", "fuse.sshfs", "fuse.rclone", "fuse.s3fs",
        "fuse.gcsfuse", "fuse.glusterfs", "fuse.davfs2", "fuse.curlftpfs", "fuse.gvfsd-fuse",
    )
)  # fmt: skip
# Here the rights that a file seems to have come from the mount, and chmod changes nothing.
_WITHOUT_RIGHTS = frozenset(
    (
        "vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "hfs", "9p", "drvfs", "vboxsf", "prl_fs",
        "fuse.vmhgfs-fuse",
    )
)  # fmt: skip


class Rights(NamedTuple):
    """The group and the mode of a file that is to be made; without a group it is its owner's alone."""

    group: int | None = None
    mode: int = 0o600


PRIVATE = Rights()


def rights_like(path: Path) -> Rights:
    """The rights of what is made beside a register, or of it: its group's, where that group may write it."""
    there = path.stat()
    return Rights(there.st_gid, 0o660) if there.st_mode & stat.S_IWGRP else PRIVATE


def file_system(path: Path) -> str:
    """The type of the file system that a path is on, such as `ext4`; empty where the system does not tell."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        target = Path(os.path.realpath(path))
    except OSError:
        return ""
    found, longest = "", 0
    for line in lines:
        place, _dash, rest = line.partition(" - ")
        fields = place.split(" ")
        if len(fields) < 5 or not rest:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        if target.is_relative_to(point) and len(point) >= longest:
            found, longest = rest.split(" ")[0], len(point)
    return found


def refuse_network(path: Path) -> None:
    """Raises StoreError for a place whose locks cannot be relied on."""
    kind = file_system(path)
    if kind in _NETWORK:
        raise StoreError(
            _("{path}: nằm trên ổ mạng ({kind}), nơi không bảo đảm được khóa tệp; không ghi sổ ở đó").format(
                path=path, kind=kind
            ),
            _("Đặt sổ trên đĩa của máy: thidua --db ĐƯỜNG-DẪN …; bản sao lưu thì để trên ổ mạng được."),
        )


def refuse_dangling(path: Path) -> None:
    """Raises StoreError for a link that leads to nothing: nobody meant a file to be made at its other end."""
    if path.is_symlink() and not path.exists():
        raise StoreError(
            _("{path}: là liên kết đến {target}, nơi không có gì").format(
                path=path, target=os.path.realpath(path)
            ),
            _("Xóa liên kết, hoặc nêu chính nơi ấy."),
        )


def refuse_exposed(path: Path) -> None:
    """Raises StoreError for a file that every account of the machine may change."""
    if path.stat().st_mode & stat.S_IWOTH and file_system(path) not in _WITHOUT_RIGHTS:
        raise StoreError(
            _("{path}: tài khoản nào trên máy cũng sửa được tệp này").format(path=path),
            _("Sửa quyền rồi thử lại: chmod o-w {path}").format(path=path),
        )


def is_exposed(folder: Path) -> bool:
    """Whether every account may put another file in the place of one in this folder."""
    mode = folder.stat().st_mode
    return (
        bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX and file_system(folder) not in _WITHOUT_RIGHTS
    )
