"""What to say where a command comes to grief on a register that was damaged or tampered with."""

from thidua_cli.cli.settings import Settings
from thidua_cli.custody import verify
from thidua_cli.ground.errors import StoreError, ThiduaError
from thidua_cli.ground.language import _

_SHOWN = 3  # problems; verify shows all


def blame(settings: Settings, error: Exception) -> None:
    """Raises StoreError if the register is not intact: no command is made for what it never stores.

    Returns where the register is sound, or cannot be asked: then `error` is a defect of ours.
    """
    try:
        proof = verify.inspect(settings.db, read_only=True)
    except ThiduaError:
        return
    stored = [writer.operation for writer in settings.writers if writer.operation is not None]
    if lines := verify.format_problems(proof.findings, _SHOWN):
        raise StoreError(
            _("{path}: sổ không nguyên vẹn, lệnh này không dùng được").format(path=settings.db),
            *lines,
            *(_("đã lưu ở thao tác #{number}").format(number=each.number) for each in stored),
            _("Lấy lại từ bản sao lưu: thidua restore TỆP. Mọi điều không đúng: thidua verify."),
        ) from error
