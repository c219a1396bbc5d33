"""Services of language models."""

from ..draws import Draws
from ..kind import Kind
from .making import OPEN, named, token

_MARK = "T3BlbkFJ"  # in each key of OpenAI: the base64 text of "OpenAI"


def _project(draws: Draws) -> str:
    size = draws.one((20, 58, 74))
    return draws.filled(f"sk-(proj|svcacct|admin)-{{urlsafe{size}}}{_MARK}{{urlsafe{size}}}")


KINDS: tuple[Kind, ...] = (
    token("openai-key", f"sk-{{alnum20}}{_MARK}{{alnum20}}", "OPENAI_API_KEY OPENAI_KEY"),
    token("openai-project-key", _project, "OPENAI_API_KEY OPENAI_KEY LLM_API_KEY", OPEN, "sk-proj-"),
    token("anthropic-key", "sk-ant-(api03|admin01)-{urlsafe93}AA", "ANTHROPIC_API_KEY CLAUDE_API_KEY"),
    token("hugging-face-token", "hf_{letters34}", "HF_TOKEN HUGGING_FACE_HUB_TOKEN HUGGINGFACE_TOKEN"),
    named("cohere-key", "{alnum40}", "COHERE_API_KEY CO_API_KEY COHERE_TOKEN"),
    token("replicate-token", "r8_{alnum37}", "REPLICATE_API_TOKEN REPLICATE_TOKEN"),
    token("groq-key", "gsk_{alnum20}WGdyb3FY{alnum24}", "GROQ_API_KEY"),
    token("perplexity-key", "pplx-{alnum48}", "PERPLEXITY_API_KEY PPLX_API_KEY"),
    token("langsmith-key", "lsv2_(pt|sk)_{hex32}_{hex10}", "LANGSMITH_API_KEY LANGCHAIN_API_KEY", start="lsv2_pt_"),
    named("mistral-key", "{alnum32}", "MISTRAL_API_KEY MISTRAL_KEY"),
    token("pinecone-key", "pcsk_{alnum5-6}_{alnum63}", "PINECONE_API_KEY PINECONE_KEY", OPEN),
    token("xai-key", "xai-{alnum80}", "XAI_API_KEY GROK_API_KEY"),
)
