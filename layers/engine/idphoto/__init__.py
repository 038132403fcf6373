"""The image engine: arrays in, arrays out; it knows no AWS, no HTTP and no environment.

Array convention, used everywhere and stated only here:

==============  ==========  ===============  ==========================================================
name            dtype       shape            meaning
==============  ==========  ===============  ==========================================================
``rgb``         uint8       ``(H, W, 3)``    sRGB, 0..255, channel order R G B
``alpha``       uint8       ``(H, W)``       opacity of the person, 0 (background) .. 255 (person)
``matte``       float32     ``(H, W)``       the same as 0..1 while it is being computed
``landmarks``   float32     ``(478, 3)``     face mesh; x right, y down, z away from the camera, all in px
==============  ==========  ===============  ==========================================================

A point ``(x, y)`` lies at the centre of pixel ``[round(y), round(x)]`` when both are whole numbers. "Left" and "right"
are the viewer's, unless a name says ``subject_``.
"""

ENGINE_VERSION = "7"
"""Part of every result id. Raise it when a change in the engine changes the pixels of any result."""
