"""Talks to the server that stands in for Google's by Google's own SDK."""

import sys

import pydantic
from google import genai
from google.genai import errors, types

URL, KEY, MODEL = sys.argv[1:4]


class Receipt(pydantic.BaseModel):
    merchant: str | None
    total: str


def client(key: str = KEY) -> genai.Client:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=URL))


def read(client: genai.Client, model: str = MODEL, **config) -> types.GenerateContentResponse:
    photo = types.Part.from_bytes(data=b"\xff\xd8\xff a photo", mime_type="image/jpeg")
    return client.models.generate_content(
        model=model,
        contents=[photo, "Read this receipt."],
        config=types.GenerateContentConfig(
            system_instruction="You read receipts.",
            response_mime_type="application/json",
            **config,
        ),
    )


def fails(kind: type[errors.APIError], code: int, call) -> None:
    try:
        call()
    except kind as error:
        assert error.code == code, (error.code, code)
        print("judged: error", code)
        return
    raise AssertionError(f"no {kind.__name__} {code}")


google = client()
answer = read(google, response_schema=Receipt)
assert answer.parsed == Receipt(merchant="REWE", total="12.50"), answer
assert answer.candidates[0].finish_reason == types.FinishReason.STOP
print("judged: schema of a class")
answer = read(
    google,
    response_json_schema={
        "type": "object",
        "properties": {"total": {"type": "string"}, "tip": {"type": ["string", "null"]}},
        "required": ["total", "tip"],
    },
)
assert answer.parsed == {"total": "12.50", "tip": None}, answer
print("judged: JSON schema")
answer = read(google, thinking_config=types.ThinkingConfig(thinking_level="LOW"), max_output_tokens=512)
assert answer.text, answer
print("judged: no schema")
about = google.models.get(model=MODEL)
assert about.name == f"models/{MODEL}" and "generateContent" in about.supported_actions, about
print("judged: model")
fails(errors.ClientError, 400, lambda: read(client("another")))
fails(errors.ClientError, 404, lambda: read(google, model="gpt"))
fails(errors.ServerError, 503, lambda: read(google))
fails(errors.ClientError, 429, lambda: read(google))
