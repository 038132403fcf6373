"""The command line of an idphoto deployment; ``idphoto --help`` says what it can do."""

from idphoto_client.cli.commands import app, main

__all__ = ["app", "main"]
