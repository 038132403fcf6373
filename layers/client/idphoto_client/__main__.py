"""``python -m idphoto_client``: the command line."""

from idphoto_client.cli import main

main()
