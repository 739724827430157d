"""Network: a causal or encoder-decoder model of transformers on this machine, with its tokenizer."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import torch
from jinja2 import TemplateError
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES as ENCODERS

from palate.device import torch_device
from palate.errors import BadSource, BadValue
from palate.model.draft import Prompt

Precision = Literal["bfloat16", "float32"]
Ids = list[int]
# a model whose settings name no window: what is read then
UNSTATED_WINDOW = 2048


class Network:
    """A model of transformers in memory, with its tokenizer.

    Use `load`. Sequences are lists of token ids. The network is on the CPU, or on a GPU where there is one.
    name: for people. is_encoder_decoder: whether prompts go to an encoder and drafts start anew.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self.name, self.model, self.tokenizer = name, model, tokenizer

    @classmethod
    def load(cls, name: str, folder: Path, precision: Precision = "bfloat16") -> Self:
        """Loads a model from a folder of safetensors.

        Nothing is unpickled and no code of the folder runs. precision: bfloat16 is twice as fast on the CPU
        as float32 and takes half the memory. Raises BadSource where transformers cannot load it.
        """
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            config = AutoConfig.from_pretrained(folder, **options)
            if _only_reads(config):
                raise BadSource(
                    f"{name} reads texts and does not write them; palate fill fills a gap with it, and "
                    "smollm2 writes"
                )
            family: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
            model, loading = family.from_pretrained(
                folder,
                use_safetensors=True,
                dtype=getattr(torch, precision),
                output_loading_info=True,
                **options,
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise BadSource(
                f"{name} is no model that writes and that transformers can load: {reason}"
            ) from None
        if loading["missing_keys"]:
            raise BadSource(
                f"{name} lacks the weights {', '.join(sorted(loading['missing_keys'])[:3])}; "
                "give a model that was trained to write, such as smollm2"
            )
        model.eval()
        return cls(name, model.to(torch_device()), tokenizer)

    def with_adapter(self, name: str, folder: Path) -> Self:
        """Returns the model with an adapter merged into its weights. Raises BadSource for one of another
        model.
        """
        from peft import PeftModel

        if not (folder / "adapter_model.safetensors").is_file():
            raise BadSource(f"{name} has no adapter_model.safetensors; save the adapter as safetensors")
        try:
            merged = PeftModel.from_pretrained(self.model, folder, local_files_only=True).merge_and_unload()
        except (RuntimeError, ValueError, KeyError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise BadSource(f"{name} is no adapter of {self.name}: {reason}") from None
        return type(self)(name, merged, self.tokenizer)

    @property
    def is_encoder_decoder(self) -> bool:
        return bool(self.model.config.is_encoder_decoder)

    @property
    def device(self) -> Any:
        return self.model.device

    @cached_property
    def window(self) -> int:
        """The most tokens, of prompt and draft together, that it has positions for."""
        return int(getattr(self.model.config, "max_position_embeddings", None) or UNSTATED_WINDOW)

    @cached_property
    def end_ids(self) -> frozenset[int]:
        """The tokens by which the model ends a draft."""
        stated = self.model.generation_config.eos_token_id
        listed = stated if isinstance(stated, list) else [stated, self.tokenizer.eos_token_id]
        return frozenset(number for number in listed if number is not None)

    @property
    def pad_id(self) -> int:
        """A token that fills rows; it is masked, so any would do."""
        stated: int | None = self.tokenizer.pad_token_id
        return stated if stated is not None else min(self.end_ids, default=0)

    @property
    def chats(self) -> bool:
        """Whether it has a chat template."""
        return bool(self.tokenizer.chat_template)

    def text_of(self, prompt: Prompt) -> str:
        """Returns what the model reads. Raises BadValue for a chat where there is no template, or one that
        the template refuses.
        """
        if not prompt.turns:
            return prompt.text
        if not self.chats:
            raise BadValue(
                f"{self.name} has no chat template; leave out --chat and --system, and write the "
                "beginning of the text that it should go on with"
            )
        turns = [turn._asdict() for turn in prompt.turns]
        try:
            return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
        except TemplateError as error:
            raise BadValue(f"the chat template of {self.name} refuses these turns: {error}") from None

    def ids_of(self, prompt: Prompt) -> Ids:
        """Returns the tokens of a prompt. A chat template writes special tokens itself; a plain prompt gets
        those that the tokenizer adds.
        """
        ids: Ids = self.tokenizer(
            self.text_of(prompt), add_special_tokens=not prompt.turns, truncation=False, verbose=False
        )["input_ids"]
        return ids

    def doubled_begin(self, prompt: Prompt) -> bool:
        """Tells whether the prompt begins with two tokens that begin a text, which a model has never seen."""
        ids, begin = self.ids_of(prompt), self.tokenizer.bos_token_id
        # where turns begin with the same token, one after a turn is none too many
        return begin is not None and ids[:2] == [begin, begin]

    def text_from(self, ids: Ids) -> str:
        """Returns the text of a draft: special tokens are left out."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def token(self, number: int) -> str:
        """Returns one token as text, special ones too; a part of a character is shown as �."""
        return str(self.tokenizer.decode([number], clean_up_tokenization_spaces=False))

    def facts(self) -> dict[str, Any]:
        """Returns what `palate model show` tells of it."""
        config = self.model.config
        return {
            "name": self.name,
            "family": config.model_type,
            "parameters": sum(weight.numel() for weight in self.model.parameters()),
            "layers": config.num_hidden_layers,
            "vocabulary": len(self.tokenizer),
            "window": self.window,
            "precision": str(self.model.dtype).removeprefix("torch."),
            "chat": self.chats,
            "ends": sorted(self.token(number) for number in self.end_ids),
        }


def _only_reads(config: Any) -> bool:
    """Tells whether a model is an encoder, which transformers would load as if it could write."""
    writes = config.is_encoder_decoder or getattr(config, "is_decoder", False)
    return config.model_type in ENCODERS and not writes


def adapter_start(folder: Path) -> str | None:
    """Returns the name of the model that an adapter in a folder belongs to; None where it holds none."""
    path = folder / "adapter_config.json"
    try:
        return str(json.loads(path.read_bytes())["base_model_name_or_path"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError):
        raise BadSource(f"{path} names no model that the adapter belongs to; train it again") from None
