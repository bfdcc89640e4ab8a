"""The OpenAPI 3.1 documents: the operation table and the models, in the form that others' tools read."""

from emulator.api.openapi.document import control_document, emulated_document, to_yaml

__all__ = ["control_document", "emulated_document", "to_yaml"]
