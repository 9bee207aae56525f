"""Rights, folders and file systems: where a register may be, and who may read and change it."""

import contextlib
import errno
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _, why

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
_SHARED = stat.S_ISGID | stat.S_IRWXG
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_LETTERS = ((os.R_OK, "r"), (os.W_OK, "w"), (os.X_OK, "x"))


def rights_like(path: Path) -> Rights:
    """The rights of what is made beside a register, or of it: its group's, where that group may write it."""
    there = path.stat()
    return Rights(there.st_gid, 0o660) if there.st_mode & stat.S_IWGRP else PRIVATE


def rights_in(folder: Path) -> Rights:
    """The rights of what is made in a folder that a group shares: setgid, and the group may write there."""
    there = folder.stat()
    return Rights(there.st_gid, 0o660) if there.st_mode & _SHARED == _SHARED else PRIVATE


def refuse_unshared(folder: Path, group: int) -> None:
    """Raise StoreError for a folder in which not every member of the group may work on a register."""
    if rights_in(folder).group != group:
        name = group_name(group)
        raise StoreError(
            _("{path}: nhóm {group} không cùng ghi được trong thư mục này").format(path=folder, group=name),
            _("Sửa rồi thử lại: chgrp {group} {path} && chmod g+rwxs {path}").format(path=folder, group=name),
        )


def group_name(group: int) -> str:
    """The name of a group, else its number."""
    import grp

    try:
        return grp.getgrgid(group).gr_name
    except KeyError:
        return str(group)


def account_name(account: int) -> str:
    """The name of an account, else its number."""
    import pwd

    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return str(account)


def what_bars(path: Path, mode: int = os.R_OK) -> list[str]:
    """The owner of the file or folder that bars this account from a register, and the cure; empty if none.

    `mode` is R_OK, or R_OK | W_OK where the register would be written.
    """
    real = Path(os.path.realpath(path))
    needed = [(folder, os.X_OK) for folder in reversed(real.parents)]
    needed += [(real, mode), (real.parent, os.X_OK | (mode & os.W_OK))]
    needed += [(real.with_name(f"{real.name}-{ending}"), mode) for ending in ("journal", "wal", "shm")]
    try:
        barred = next((item for item in needed if _is_barred(*item)), None)
        return _said_of(*barred) if barred else []
    except OSError:  # it has gone meanwhile
        return []


def _is_barred(path: Path, mode: int) -> bool:
    return os.path.lexists(path) and not os.access(
        path, mode, effective_ids=os.access in os.supports_effective_ids
    )


def _said_of(path: Path, mode: int) -> list[str]:
    there = path.stat()
    owner, group, account = account_name(there.st_uid), group_name(there.st_gid), account_name(os.geteuid())
    groups = sorted({*os.getgroups(), os.getegid()})
    asked = _("Nhờ {owner} hay quản trị cho nhóm quyền: chmod g+{letters} {path}").format(
        owner=owner, path=path, letters="".join(letter for bit, letter in _LETTERS if mode & bit)
    )
    if (there.st_mode >> 3) & mode == mode and there.st_gid not in groups:
        asked = _("Nhờ quản trị thêm vào nhóm, rồi đăng nhập lại: usermod -aG {group} {account}").format(
            group=group, account=account
        )
    return [
        _("{path}: chủ {owner}, nhóm {group}, quyền {mode}; tài khoản này: {account}, nhóm {groups}").format(
            path=path,
            owner=owner,
            group=group,
            mode=f"{stat.S_IMODE(there.st_mode):o}",
            account=account,
            groups=", ".join(map(group_name, groups)),
        ),
        asked,
    ]


def file_system(path: Path) -> str:
    """The type of the file system that a path is on, such as `ext4`; empty where the system does not say."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        target = Path(os.path.realpath(path))
    except OSError:
        return ""
    kind, longest = "", 0
    for line in lines:
        place, _dash, rest = line.partition(" - ")
        fields = place.split(" ")
        if len(fields) < 5 or not rest:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        if target.is_relative_to(point) and len(point) >= longest:
            kind, longest = rest.split(" ")[0], len(point)
    return kind


def refuse_network(path: Path) -> None:
    """Raise StoreError for a place whose locks cannot be relied on."""
    kind = file_system(path)
    if kind in _NETWORK:
        raise StoreError(
            _("{path}: nằm trên ổ mạng ({kind}), nơi không bảo đảm được khóa tệp; không ghi sổ ở đó").format(
                path=path, kind=kind
            ),
            _("Đặt sổ trên đĩa của máy: thidua --db ĐƯỜNG-DẪN …; bản sao lưu thì để trên ổ mạng được."),
        )


def refuse_dangling(path: Path) -> None:
    """Raise StoreError for a link to nothing: a file at its other end would be a surprise."""
    if path.is_symlink() and not path.exists():
        raise StoreError(
            _("{path}: là liên kết đến {target}, nơi không có gì").format(
                path=path, target=os.path.realpath(path)
            ),
            _("Xóa liên kết, hoặc nêu chính nơi ấy."),
        )


def refuse_exposed(path: Path) -> None:
    """Raise StoreError for a file that every account of the machine may change."""
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


def give(descriptor: int, rights: Rights, owner: int = -1) -> None:
    """Give an open file a group and its rights; where the system refuses, it stays its owner's alone."""
    mode = 0o600
    if rights.group is not None or owner != -1:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, owner, -1 if rights.group is None else rights.group)
            mode = rights.mode
    with contextlib.suppress(OSError):  # some file systems keep no rights
        os.fchmod(descriptor, mode)


def check_folder(folder: Path) -> None:
    """Raise StoreError where this is no folder and cannot become one: only its last part may be missing."""
    refuse_dangling(folder)
    if folder.exists() and not folder.is_dir():
        raise StoreError(_("{path} là tệp, không phải thư mục").format(path=folder))
    refuse_missing(folder.parent)


def refuse_missing(folder: Path) -> None:
    """Raise StoreError for a folder that is not there."""
    if not folder.exists():
        raise StoreError(
            _("thư mục {path} chưa có").format(path=folder),
            _("Tạo trước: mkdir -p {path}").format(path=folder),
        )


def make_folder(folder: Path) -> None:
    """The folder for several files; raises StoreError as `check_folder`, or where it cannot be made."""
    check_folder(folder)
    try:
        folder.mkdir()
        if (rights := rights_in(folder.parent)).group is not None:
            _give_folder(folder, rights, 0o2770 | folder.stat().st_mode & 0o7)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(_("không ghi được {path}: {why}").format(path=folder, why=why(error))) from error


def make_private(folder: Path, rights: Rights = PRIVATE) -> None:
    """A folder and those above it that are missing, for the owner or a group alone, on the disk for good."""
    if not folder.exists():
        make_private(folder.parent, rights)
        folder.mkdir(mode=0o700, exist_ok=True)
        _give_folder(folder, rights)
        sync_folder(folder.parent)


def _give_folder(folder: Path, rights: Rights, mode: int = 0o2770) -> None:
    """Share a folder that was just made with the group that `rights` name."""
    if rights.group is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with contextlib.suppress(OSError):  # it then stays its owner's alone
            os.fchown(descriptor, -1, rights.group)
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where it may be read and its file system can."""
    try:
        sync(folder)
    except PermissionError:  # it may be for putting in alone
        return
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
