"""Commands for those who run a server: page and API, accounts, tokens. Passwords are typed or come on standard input, never as an argument."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.access.people import Role
from assistant.commands.arguments import Bare
from assistant.commands.opening import open_library
from assistant.config import load_settings
from assistant.errors import AccountError

if TYPE_CHECKING:
    from assistant.access.accounts import Accounts

# The server, the database and the hashing are imported by the commands that need them: help answers at once.

serving = typer.Typer()
users = typer.Typer(help="Accounts of those who sign in.")
tokens = typer.Typer(help="Tokens with which programs use the API.")

Name = Annotated[str, typer.Argument(help="The name that they sign in with.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@serving.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.", show_default="7860")] = None,
    no_corpus: Bare = False,
) -> None:
    """Open the page and the HTTP API; an empty library is filled meanwhile."""
    from assistant.serving import launch

    library = open_library(ctx, no_corpus, fill=False)
    launch(library, host or library.settings.host, library.settings.port if port is None else port)


@users.command("add")
def add_user(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may see and do; see docs/api.md.")] = Role.READER,
    password_stdin: FromInput = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="For a proxy or for tokens only: they cannot sign in here.")] = False,
) -> None:
    """Add an account."""
    _accounts().add(name, role, None if no_password else _password(password_stdin))
    typer.echo(f"added {name}, {role.value}")


@users.command("list")
def list_users() -> None:
    """List the accounts."""
    for account in _accounts().accounts():
        typer.echo("\t".join((account.name, account.role.value, "password" if account.has_password else "no password", _day(account.created))))


@users.command("remove")
def remove_user(name: Name) -> None:
    """Remove an account, with its sessions and tokens."""
    _accounts().remove(name)
    typer.echo(f"removed {name}")


@users.command("passwd")
def change_password(name: Name, password_stdin: FromInput = False) -> None:
    """Set another password, and end the sessions of the account."""
    _accounts().set_password(name, _password(password_stdin))
    typer.echo(f"changed the password of {name}")


@tokens.command("add")
def add_token(
    user: Annotated[str, typer.Argument(help="The account with whose role it acts.")],
    purpose: Annotated[str, typer.Option(help="What it is for, as the list shows it.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.", show_default="never")] = None,
) -> None:
    """Make a token. It is printed once, and cannot be shown again."""
    token_id, secret = _accounts().add_token(user, purpose, days)
    print(f"{token_id}: keep it now, it is not shown again.", file=sys.stderr)
    typer.echo(secret)


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens, without their secrets."""
    for token in _accounts().tokens():
        until = "never expires" if token.expires is None else f"until {_day(token.expires)}"
        typer.echo("\t".join((token.id, token.user, token.purpose, _day(token.created), until)))


@tokens.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(help="An id as listed by: assistant tokens list")]) -> None:
    """Make a token useless."""
    _accounts().revoke(token_id)
    typer.echo(f"revoked {token_id}")


def _accounts() -> Accounts:
    from assistant.access.accounts import Accounts

    settings = load_settings()
    return Accounts(settings.accounts_file, settings.database_url.get_secret_value())


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AccountError("There is no terminal to type a password. Give it with --password-stdin, or add the account with --no-password.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _day(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
