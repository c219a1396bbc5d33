"""Services of language models."""

from ..draws import ALNUM, Draws
from ..vectors import Kind
from .making import FIXED, OPEN, named, token

_MARK = "T3BlbkFJ"  # in each key of OpenAI: the base64 text of "OpenAI"


def _project(draws: Draws) -> str:
    size = draws.one((20, 58, 74))
    return f"sk-{draws.one(('proj', 'svcacct', 'admin'))}-{draws.urlsafe(size)}{_MARK}{draws.urlsafe(size)}"


KINDS: tuple[Kind, ...] = (
    token("openai-key", lambda draws: f"sk-{draws.alnum(20)}{_MARK}{draws.alnum(20)}", "OPENAI_API_KEY OPENAI_KEY", "sk-"),
    token("openai-project-key", _project, "OPENAI_API_KEY OPENAI_KEY LLM_API_KEY", "sk-proj-", OPEN),
    token("anthropic-key", lambda draws: f"sk-ant-{draws.one(('api03', 'admin01'))}-{draws.of(ALNUM + '-_', 92)}{draws.alnum(1)}AA", "ANTHROPIC_API_KEY CLAUDE_API_KEY", "sk-ant-"),
    token("hugging-face-token", lambda draws: "hf_" + draws.of(ALNUM[:52], 34), "HF_TOKEN HUGGING_FACE_HUB_TOKEN HUGGINGFACE_TOKEN", "hf_"),
    named("cohere-key", lambda draws: draws.alnum(40), "COHERE_API_KEY CO_API_KEY_COHERE COHERE_TOKEN"),
    token("replicate-token", lambda draws: "r8_" + draws.alnum(37), "REPLICATE_API_TOKEN REPLICATE_TOKEN", "r8_"),
    token("groq-key", lambda draws: "gsk_" + draws.alnum(20) + "WGdyb3FY" + draws.alnum(24), "GROQ_API_KEY", "gsk_"),
    token("perplexity-key", lambda draws: "pplx-" + draws.alnum(48), "PERPLEXITY_API_KEY PPLX_API_KEY", "pplx-"),
    token("langsmith-key", lambda draws: f"lsv2_{draws.one(('pt', 'sk'))}_{draws.hex(32)}_{draws.hex(10)}", "LANGSMITH_API_KEY LANGCHAIN_API_KEY", "lsv2_pt_"),
    named("mistral-key", lambda draws: draws.alnum(32), "MISTRAL_API_KEY MISTRAL_KEY"),
)  # fmt: skip
