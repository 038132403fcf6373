"""The check: what an ID photo must show, measured item by item.

:func:`idphoto.checks.run.check` runs the items of :mod:`idphoto.checks.table` and answers a
:class:`idphoto.checks.report.Report`; :func:`idphoto.checks.annotate.annotate` draws it on the photo.
Nothing is imported here, so that the report can be read where the networks are not installed.
"""
