"""The classes of the parser, in the order of its output; what is not the person has no class."""

NAMES = ("hair", "face_skin", "body_skin", "ears", "clothes", "headwear", "glasses", "beard", "held")
HAIR, FACE_SKIN, BODY_SKIN, EARS, CLOTHES, HEADWEAR, GLASSES, BEARD, HELD = range(len(NAMES))
NOTHING = 255
"""Not the person."""
