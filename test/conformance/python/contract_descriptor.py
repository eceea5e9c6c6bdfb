"""The arena's contract as data, and the protobuf descriptor that it makes (ARENA-1)."""

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

STRING = FieldDescriptorProto.TYPE_STRING
BOOL = FieldDescriptorProto.TYPE_BOOL

MESSAGES = {
    "modelRequest": [
        ("request", STRING),
        ("modelID", STRING),
        ("sessionID", STRING),
        ("messageID", STRING),
    ],
    "modelAnswer": [("answer", STRING), ("sessionID", STRING), ("messageID", STRING)],
    "modelDefinition": [
        ("needs_text", BOOL),
        ("needs_image", BOOL),
        ("can_text", BOOL),
        ("can_image", BOOL),
        ("modelID", STRING),
    ],
    "metricsJson": [("metrics", STRING), ("modelID", STRING)],
    "Empty": [],
}

# Name, request, response, whether the response is a stream.
METHODS = [
    ("predict", "modelRequest", "Empty", False),
    ("sendPrediction", "Empty", "modelAnswer", True),
    ("publishMetrics", "metricsJson", "Empty", False),
    ("registerModel", "Empty", "modelDefinition", False),
]


def expected_file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="model.proto", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in enumerate(fields, start=1):
            optional = FieldDescriptorProto.LABEL_OPTIONAL
            message.field.add(name=field, number=number, type=kind, label=optional)
    service = file.service.add(name="Model")
    for name, request, response, is_stream in METHODS:
        method = service.method.add(name=name)
        method.input_type = f".{request}"
        method.output_type = f".{response}"
        if is_stream:
            method.server_streaming = True
    return file


def without_derived_names(file: FileDescriptorProto) -> FileDescriptorProto:
    """JSON names follow from the fields' names; some tools write them out."""
    copy = FileDescriptorProto()
    copy.CopyFrom(file)
    for message in copy.message_type:
        _clear_json_names(message)
    return copy


def _clear_json_names(message: DescriptorProto) -> None:
    for field in message.field:
        assert field.json_name in ("", _json_name(field.name)), field
        field.ClearField("json_name")


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)
