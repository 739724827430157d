import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from torch.nn import functional
from transformers import BertForMaskedLM, TrainingArguments, default_data_collator

from palate.training.masked_chunks import MaskedChunks, chunk_texts
from palate.training.mlm import (
    MaskedTrainer,
    initialise_prediction_layers,
    logits_at,
    masked_figures,
    prediction_layers,
    summed_loss,
)
from palate.training.run.loop import run_training
from palate.training.run.lora import with_adapters
from palate.training.run.settings import LoraSettings, TrainingSettings
from training.masked_models import SPECIAL, WORDS, config_of, sentence, tokenizer_of

TOKENIZER = tokenizer_of()
V = len(SPECIAL) + len(WORDS)
SMALL = {
    "vocab_size": V,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
PADDED = {**SMALL, "pad_token_id": 0}
DISTIL = {"vocab_size": V, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
FAMILIES: list[tuple[str, dict[str, int]]] = [
    ("Bert", SMALL),
    ("Roberta", PADDED),
    ("XLMRoberta", PADDED),
    ("MPNet", PADDED),
    ("DistilBert", DISTIL),
    ("DebertaV2", SMALL),
    ("Electra", {**SMALL, "embedding_size": 16}),
    ("Albert", {**SMALL, "embedding_size": 16}),
    ("ModernBert", {**PADDED, "cls_token_id": 2, "sep_token_id": 3}),
]


def chunks_of(n: int, share: float = 0.3, seed: int = 0) -> MaskedChunks:
    rng = np.random.default_rng(seed)
    return MaskedChunks(
        chunk_texts([sentence(rng) for _ in range(n)], TOKENIZER, 16), TOKENIZER, share=share, seed=seed
    )


def bert(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return BertForMaskedLM(config_of())  # type: ignore[no-untyped-call]


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # deberta, as it is loaded
@pytest.mark.parametrize(("family", "settings"), FAMILIES, ids=[name for name, _ in FAMILIES])
def test_the_loss_at_masked_places_is_that_of_transformers_at_all(
    family: str, settings: dict[str, int]
) -> None:
    """Of many kinds of encoders, with padding: logits, loss and gradients."""
    torch.manual_seed(1)
    config = getattr(transformers, f"{family}Config")(**settings)
    model = getattr(transformers, f"{family}ForMaskedLM")(config).eval()
    batch = next(chunks_of(20).batches(64))
    assert not batch["attention_mask"].all()
    whole = model(**batch)
    loss, logits = summed_loss(model, batch)
    at = batch["labels"] != -100
    torch.testing.assert_close(logits, whole.logits[at], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(loss / at.sum(), whole.loss)
    whole.loss.backward()
    expected = [weight.grad.clone() for weight in model.parameters() if weight.grad is not None]
    model.zero_grad()
    torch.autograd.backward(loss / at.sum())
    found = [weight.grad for weight in model.parameters() if weight.grad is not None]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-3)


def test_the_encoder_gives_out_all_places_again_afterwards() -> None:
    model = bert().eval()
    batch = next(chunks_of(5).batches(64))
    before = model(**batch).logits
    logits_at(model, batch, batch["labels"] != -100)
    assert torch.equal(model(**batch).logits, before)


def test_a_model_that_knows_nothing_is_as_perplexed_as_there_are_pieces() -> None:
    model = bert()
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)
    figures = masked_figures(model, chunks_of(20), batch=7)
    assert figures["perplexity"] == pytest.approx(V, rel=1e-5)
    assert figures["loss"] == pytest.approx(math.log(V), rel=1e-6)
    assert model.training  # as it was


def test_perplexity_weighs_pieces_alike_whatever_the_batches() -> None:
    model, chunks = bert().eval(), chunks_of(40)
    losses, right = [], []
    for place in range(len(chunks)):  # one by one, by transformers' own means
        row = chunks[place]
        logits = (
            model(input_ids=row["input_ids"][None], attention_mask=row["attention_mask"][None])
            .logits[0]
            .detach()
        )
        at = row["labels"] != -100
        losses += functional.cross_entropy(logits[at], row["labels"][at], reduction="none").tolist()
        right += (logits[at].argmax(dim=-1) == row["labels"][at]).tolist()
    for batch in (1, 5, 64):
        figures = masked_figures(model, chunks, batch)
        assert figures["perplexity"] == pytest.approx(math.exp(np.mean(losses)), rel=1e-5)
        assert figures["accuracy"] == pytest.approx(np.mean(right))


def test_the_prediction_layers_lie_between_encoder_and_output_layer() -> None:
    assert prediction_layers(bert()) == [
        "cls.predictions.transform.dense",
        "cls.predictions.transform.LayerNorm",
    ]
    roberta = transformers.RobertaForMaskedLM(transformers.RobertaConfig(**SMALL))  # type: ignore[no-untyped-call]
    assert prediction_layers(roberta) == ["lm_head.dense", "lm_head.layer_norm"]


def test_with_adapters_the_prediction_layers_are_trained_whole_and_the_loss_is_the_same() -> None:
    model, chunks = bert(), chunks_of(20)
    before = masked_figures(model, chunks, 64)
    adapted = with_adapters(model, LoraSettings(rank=2), fully_trained=prediction_layers(model))
    assert masked_figures(adapted, chunks, 64) == pytest.approx(before, rel=1e-5)  # adapters begin as nothing
    trained = {name for name, weight in adapted.named_parameters() if weight.requires_grad}
    assert all("lora_" in name or ".cls.predictions.transform." in name for name in trained)
    # A and B, of two layers with six linear modules
    assert sum("lora_" in name for name in trained) == 2 * 2 * 6
    assert sum(".transform." in name and "lora_" not in name for name in trained) == 4


def test_a_new_output_layer_begins_with_how_often_pieces_come() -> None:
    """As all it goes by where the encoder says nothing."""
    model, chunks = bert(), chunks_of(20)
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)
    initialise_prediction_layers(model, chunks.ids)
    row = chunks[0]
    chances = model(input_ids=row["input_ids"][None]).logits[0, 3].softmax(dim=-1).detach().numpy()
    counts = np.array([(chunks.ids == piece).sum() + 1 for piece in range(V)])
    np.testing.assert_allclose(chances, counts / counts.sum(), rtol=1e-5)


def test_a_new_output_layer_begins_with_the_pieces_that_are_like_a_vector() -> None:
    """Its layers let through what they get, but for the activation and the norm that they have."""
    model, chunks = bert().eval(), chunks_of(20)
    initialise_prediction_layers(model, chunks.ids)
    vectors = torch.randn(7, 32)
    normed = functional.layer_norm(functional.gelu(vectors), (32,), eps=1e-12)
    expected = normed @ model.get_input_embeddings().weight.T + model.get_output_embeddings().bias
    torch.testing.assert_close(model.cls(vectors), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("batch", "accumulate"), [(8, 1), (2, 4)])
def test_a_step_follows_the_mean_over_its_masked_pieces(batch: int, accumulate: int, tmp_path: Path) -> None:
    """The change of the weights by one step of plain SGD, also where a step takes several batches of unlike
    numbers of masks.
    """
    model, chunks = bert().eval(), chunks_of(60)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        max_steps=1,
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=accumulate,
        optim="sgd",
        learning_rate=0.5,
        weight_decay=0,
        max_grad_norm=0,
        lr_scheduler_type="constant",
        seed=4,
        use_cpu=True,
        report_to="none",
        disable_tqdm=True,
        save_strategy="no",
        dataloader_pin_memory=False,
    )
    trainer = MaskedTrainer(
        model=model,
        args=arguments,
        train_dataset=chunks,
        eval_dataset=chunks_of(3),
        data_collator=default_data_collator,
    )
    draws = list(trainer._get_train_sampler())[: batch * accumulate]
    assert len({int((chunks[draw]["labels"] != -100).sum()) for draw in draws}) > 1
    run_training(trainer, tmp_path, TrainingSettings(patience=0), lambda _: None)
    other = bert().eval()
    rows = [chunks[draw] for draw in draws]
    other(**{name: torch.stack([row[name] for row in rows]) for name in rows[0]}).loss.backward()
    for (name, weight), twin in zip(model.named_parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(weight.detach(), before[name] - 0.5 * twin.grad, atol=1e-5, rtol=1e-3)
