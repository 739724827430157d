"""Adapters on a tiny BERT with a classifier."""

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, BertForSequenceClassification

from palate.errors import BadValue
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.settings import LoraSettings
from palate.training.run.start import load_model


@pytest.mark.parametrize(
    ("rank", "targets"), [(2, ("query", "value")), (5, ("dense",)), (3, ("query", "key", "value", "dense"))]
)
def test_adapters_and_the_classifier_are_trained_and_nothing_else(
    tiny_bert: Path, rank: int, targets: tuple[str, ...]
) -> None:
    """The count is rank * (inputs + outputs) of each adapted module, and the pooler and the classifier
    whole.
    """
    plain = load_model(str(tiny_bert), AutoModelForSequenceClassification)
    classifier = sum(
        weight.numel()
        for name, weight in plain.named_parameters()
        if "pooler" in name or "classifier" in name
    )
    adapted = [
        module.in_features + module.out_features
        for name, module in plain.named_modules()
        if isinstance(module, torch.nn.Linear) and name.split(".")[-1] in targets and "pooler" not in name
    ]
    model = with_adapters(plain, LoraSettings(rank=rank, alpha=2 * rank, targets=targets), "SEQ_CLS")
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    assert trained == rank * sum(adapted) + classifier


def test_the_merged_model_and_the_adapter_give_the_same_outputs(tiny_bert: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    plain = load_model(str(tiny_bert), AutoModelForSequenceClassification)
    model = with_adapters(plain, LoraSettings(rank=3, alpha=5), "SEQ_CLS")
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(0.2 * torch.randn_like(weight))
    ids = torch.tensor([[2, 8, 9, 10, 3], [2, 58, 59, 20, 3]])
    model.eval()
    with torch.no_grad():
        wanted = model(ids).logits
        merged = save_merged(model, tmp_path)
        assert isinstance(merged, BertForSequenceClassification)
        base = load_model(str(tiny_bert), AutoModelForSequenceClassification)
        apart = PeftModel.from_pretrained(base, str(tmp_path / "adapter"))(ids).logits  # in evaluation mode
        torch.testing.assert_close(merged(ids).logits, wanted, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(apart, wanted, atol=1e-5, rtol=1e-4)


def test_a_module_that_is_not_there_is_refused_with_those_that_are(tiny_bert: Path) -> None:
    model = load_model(str(tiny_bert), AutoModelForSequenceClassification)
    with pytest.raises(
        BadValue, match=r"LoRA finds none of q_proj in this model; its linear modules: .*key, query"
    ):
        with_adapters(model, LoraSettings(targets=("q_proj",)), "SEQ_CLS")
