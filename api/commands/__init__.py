"""`tannha`: every command of the house. A module is imported only when its command is called."""

from __future__ import annotations

import importlib
import os
import sys

import click

# command → (module, name of the click command in it, one line for the list)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "addresses": ("api.commands.addresses", "addresses", "Đọc địa chỉ ra xã, phường / resolve addresses"),
    "api-key": ("api.commands.setup.users", "api_key", "Khóa API của hệ thống khác / keys of other systems"),
    "backup": ("api.commands.upkeep.backup", "backup", "Sao lưu cơ sở dữ liệu / back the database up"),
    "borders": ("api.commands.setup.borders", "borders", "Ranh giới xã, phường trên bản đồ / borders on maps"),
    "calibrate": ("api.commands.calibrate", "calibrate_travel", "Hiệu chỉnh thời gian đi / travel times from legs"),
    "closure": ("api.commands.setup.couriers", "closure", "Xã, phường bị chia cắt / communes cut off"),
    "courier": (
        "api.commands.setup.couriers",
        "courier",
        "Bưu tá, ca làm, ngày nghỉ / couriers, shifts, days off",
    ),
    "coverage": (
        "api.commands.setup.coverage",
        "coverage",
        "Xã, phường và bưu cục / the communes and their offices",
    ),
    "demo": ("api.demo.command", "demo", "Diễn một ngày trọn vẹn / play one full day"),
    "doctor": ("api.commands.upkeep.doctor", "doctor", "Kiểm tra bản cài đặt / look the installation over"),
    "endpoint": ("api.commands.callbacks", "endpoint", "Nơi nhận tin báo / receivers of callbacks"),
    "fake-gateway": (
        "api.commands.serving.fake_gateway",
        "fake_gateway",
        "Cổng tin nhắn giả để thử / a stand-in for an SMS gateway",
    ),
    "intake": ("api.commands.intake", "intake", "Nhập tệp kết quả / bring in a file of results"),
    "locate": ("api.commands.intake", "locate", "Tìm tọa độ cho điểm mới đến xã / ask the geocoder"),
    "migrate": ("api.commands.upkeep.backup", "migrate", "Nâng cấp bảng dữ liệu / bring the tables up to date"),
    "office": ("api.commands.setup.offices", "office", "Bưu cục, cơ quan / offices: list, add, rename, close"),
    "plan": ("api.commands.planning", "plan_day", "Lập phương án phát một ngày / plan a day"),
    "plan-file": ("api.commands.planning", "plan_file", "Lập phương án từ tệp / plan an instance file"),
    "range": ("api.commands.setup.ranges", "ranges", "Dải số hiệu S10 / granted ranges of S10 numbers"),
    "replan": ("api.commands.planning", "replan_day", "Lập lại phần chưa đi của một ngày / plan a day again"),
    "restore": ("api.commands.upkeep.backup", "restore", "Khôi phục từ bản sao lưu / restore a backup"),
    "restored": (
        "api.commands.upkeep.restored",
        "restored",
        "Bản khôi phục: tin báo và số / what a restored copy waits for",
    ),
    "rotate-keys": (
        "api.commands.setup.users",
        "rotate_keys",
        "Mã hóa lại bằng khóa mới / reseal with the newest key",
    ),
    "rotate-signing-key": (
        "api.commands.setup.users",
        "rotate_signing_key",
        "Khóa ký biên bản mới / a new key that signs receipts",
    ),
    "run": ("api.commands.serving.run", "run", "Chạy trang, API và việc nền / pages, API and worker"),
    "samples": ("api.commands.samples", "samples", "In mẫu mọi giấy tờ / a sample of every paper"),
    "seed": ("api.commands.setup.seed", "seed", "Bưu cục, địa bàn, lịch / offices, coverage, calendar"),
    "send-callbacks": ("api.commands.callbacks", "send_callbacks", "Gửi tin báo đến hạn / send what is due"),
    "user": ("api.commands.setup.users", "user", "Người dùng / people who sign in"),
    "verify": ("api.commands.upkeep.verify", "verify", "Kiểm tra chuỗi bằng chứng / verify the chain of custody"),
    "web": ("api.commands.serving.web", "web", "Chỉ chạy các trang và API / serve pages and API alone"),
    "worker": ("api.commands.serving.worker", "worker", "Chạy việc nền / run jobs and callbacks"),
}


_SILENT_VI = "Cơ sở dữ liệu không trả lời, đang bận hoặc không ghi được. Xem TANNHA_DATABASE_URL."
_SILENT_EN = "The database does not answer, is busy or cannot be written. Look at TANNHA_DATABASE_URL."


class _Lazy(click.Group):
    """Lists commands from the table and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.group(cls=_Lazy)
@click.version_option(package_name="tannha")
def tannha() -> None:
    """Tận Nhà: bring a finished administrative result to the citizen's own hand."""


def main() -> None:
    """Run a command; an expected refusal is one coded sentence in both languages and exit code 2.

    What it writes (databases, backups, tables, papers) is its owner's alone: people's data may be in any of it.
    """
    os.umask(0o077)
    try:
        tannha(standalone_mode=False)
    except click.exceptions.Exit as exc:
        sys.exit(exc.exit_code)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Đã dừng. / Stopped.", err=True)
        sys.exit(130)
    except Exception as exc:
        if _is_database_silent(exc):
            click.echo(f"storage_unavailable: {_SILENT_VI}\n{_SILENT_EN}", err=True)
            sys.exit(2)
        if not _is_expected(exc):
            raise
        from api.words import translate

        message = exc.message  # type: ignore[attr-defined]
        click.echo(f"{exc.code}: {message}\n{translate(message, 'en')}", err=True)  # type: ignore[attr-defined]
        sys.exit(2)


def _is_database_silent(exc: Exception) -> bool:
    if "sqlalchemy" not in sys.modules:  # a command without a database need not import it to fail
        return False
    from postal import is_storage_failure

    return is_storage_failure(exc)


def _is_expected(exc: Exception) -> bool:
    return isinstance(getattr(exc, "code", None), str) and hasattr(exc, "message")
