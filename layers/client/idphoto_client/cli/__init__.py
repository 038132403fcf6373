"""The command line of an idphoto deployment; ``idphoto --help`` says what it can do."""

from idphoto_client.cli.commands import main
from idphoto_client.cli.root import app

__all__ = ["app", "main"]
