"""Write the page of the effects, with a picture of each before and after, made through the API on this machine.

``python -m local.showcase`` writes ``layers/client/docs/effects.md`` and the pictures beside it. The portrait is that
of :mod:`local.sample`, in the public domain.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from idphoto_client import Client, PhotoRefusedError, Result
from idphoto_client.cli.reference import order_of_content
from PIL import Image

from local.reference import effect_sections
from local.sample import astronaut
from local.stack import serve
from local.template import ROOT

TARGET = ROOT / "layers" / "client" / "docs" / "effects.md"
PICTURES = TARGET.with_name("effects")
SIZE = {"width_px": 360, "height_px": 480, "dpi": 300}
STRONGER: Mapping[str, Mapping[str, object]] = {
    "lighting": {"strength": 100},
    "skin": {"strength": 100, "shine": 100},
    "gaze": {"strength": 100},
    "symmetry": {"strength": 100},
    "expression": {"neutral": 60},
    "beautify": {"level": 4},
    "makeup": {"material_id": "rose", "intensity": 100},
    "background": {"color": "#438EDB", "gradient": 1},
}
"""What is shown where the natural default is so discreet that a small picture hardly tells it."""

HEAD = """# Effects

Made by `make showcase` from the API's description and the portrait of Eileen Collins (NASA, public domain); do not
edit. She is enlarged twice, since the effects need more of a face than that photo has. Left before, right after. An
effect without a picture has nothing to mend in her.
"""


def main() -> None:
    """Make the pictures and the page."""
    PICTURES.mkdir(exist_ok=True)
    stack = serve()
    with Client(stack.base_url, stack.api_key) as client:
        portrait = enlarged(astronaut())
        made = client.make(order_of_content(portrait), portrait, size=SIZE, background="white", watermark_id="none")
        before = picture(client, made)
        for kind in effect_sections():
            target = PICTURES / f"{kind}.jpg"
            target.unlink(missing_ok=True)
            try:
                after = client.effect(kind, made, **STRONGER.get(kind, {}))
            except PhotoRefusedError as refused:
                print(f"{kind}: {refused.message}")
                continue
            shown = picture(client, after)
            if shown.tobytes() != before.tobytes():
                beside(before, shown).save(target, quality=88)
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)} and {PICTURES.relative_to(ROOT)}/")


def render() -> str:
    """Return the page: of each effect what it does, its picture, and its parameters."""
    parts = [HEAD]
    for kind, (title, told, table) in effect_sections().items():
        parts += [f"## {title}\n", f"{told}\n"]
        if (PICTURES / f"{kind}.jpg").exists():
            given = STRONGER.get(kind, {})
            parts.append(f"![{kind}, before and after]({PICTURES.name}/{kind}.jpg)\n")
            parts.append(f"```sh\n{command(kind, given)}\n```\n")
        parts.append(table)
    return "\n".join(parts)


def command(kind: str, params: Mapping[str, object]) -> str:
    """Return what makes the picture, as a person types it."""
    options = "".join(
        f' --{name} "{value}"' if "#" in str(value) else f" --{name} {value}" for name, value in params.items()
    )
    return f"idphoto effect {kind} me.jpg{options} -o after.jpg"


def enlarged(photo: bytes) -> bytes:
    """Return a photo at twice its size."""
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(photo))
    image.resize((2 * image.width, 2 * image.height), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def picture(client: Client, result: Result) -> Image.Image:
    """Return the photo of a result."""
    return Image.open(io.BytesIO(client.fetch(result.image))).convert("RGB")


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return two pictures of one height side by side."""
    both = Image.new("RGB", (left.width + right.width + 8, left.height), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + 8, 0))
    return both


if __name__ == "__main__":
    main()
