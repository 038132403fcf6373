"""The service layer: contract, history, storage, sources and errors around the image engine."""
