"""`braid init`: the settings file of a new installation."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from braid.config.errors import Exit, Stop

TEMPLATE = """\
# Settings of this Braid. The environment wins over what is written here. Keep this file to yourself: it holds a secret.
BRAID_SECRET_KEY={secret}
BRAID_DEBUG=false
BRAID_NAME={name}

# The addresses people use, separated by commas.
BRAID_HOSTS={hosts}
BRAID_ORIGINS={origins}
# Whether a web server in front of Braid speaks TLS and sets X-Forwarded-Proto.
BRAID_TLS={tls}

# The language where a reader has chosen none (zh-hans, zh-hant, en), and the federation's time zone.
BRAID_LANGUAGE={language}
BRAID_TIME_ZONE={time_zone}

# SQLite in this folder unless another is named, for example postgres://braid:password@127.0.0.1:5432/braid
{database}

# How to send mail, for example smtp://user:password@mail.example.org:587/?tls=True
# BRAID_EMAIL_URL=
# BRAID_EMAIL_FROM=
"""


def init(
    host: Annotated[str, typer.Option(help="The name people reach this server by; several with commas.")] = "localhost",
    name: Annotated[str, typer.Option(help="What the federation is called.")] = "Braid",
    language: Annotated[str, typer.Option(help="zh-hans, zh-hant or en.")] = "zh-hans",
    time_zone: Annotated[str, typer.Option(help="The federation's time zone.")] = "Asia/Shanghai",
    database: Annotated[str, typer.Option(help="A DATABASE_URL; none: SQLite in the data folder.")] = "",
    tls: Annotated[bool, typer.Option(help="A web server in front speaks TLS.")] = True,
) -> None:
    """Write settings.env with a new secret into the data folder (BRAID_VAR). It never writes over one."""
    _check(language, time_zone)
    folder = Path(os.environ.get("BRAID_VAR", "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    hosts = [one.strip() for one in host.split(",") if one.strip()]
    is_local = hosts == ["localhost"]
    text = TEMPLATE.format(
        secret=secrets.token_urlsafe(50),
        name=name,
        hosts=",".join(dict.fromkeys([*hosts, "localhost", "127.0.0.1"])),
        origins="" if is_local else ",".join(f"https://{one}" for one in hosts),
        tls=str(tls and not is_local).lower(),
        language=language,
        time_zone=time_zone,
        database=f"DATABASE_URL={database}" if database else "# DATABASE_URL=",
    )
    file = folder / "settings.env"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Stop(f"{file} is there already and was left as it is.", Exit.FOUND_WRONG) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
    typer.echo(f"Wrote {file}. Look it over, then start: braid up")


def _check(language: str, time_zone: str) -> None:
    from zoneinfo import available_timezones

    if language not in ("zh-hans", "zh-hant", "en"):
        raise typer.BadParameter(f"{language} is none of zh-hans, zh-hant, en", param_hint="--language")
    if time_zone not in available_timezones():
        raise typer.BadParameter(f"there is no time zone {time_zone}", param_hint="--time-zone")
