"""What a trained network says of images."""

import numpy as np
import pytest
import torch

from reproduce.tasks.prediction import predict

CPU = torch.device("cpu")


def test_every_image_gets_its_logits_and_embedding_in_order(tiny, images):
    network = tiny()
    logits, embeddings = predict(network, images, CPU, "float32")
    assert logits.shape == (24, 3) and embeddings.shape == (24, 6)
    assert logits.dtype == embeddings.dtype == np.float32
    for number in range(24):
        one = torch.from_numpy(images.pixels[number : number + 1]).float()[:, None] / 256
        with torch.no_grad():
            features = network.encoder(one)
            expected = network.classifier(features)[0].numpy()
        assert embeddings[number] == pytest.approx(features[0].numpy(), abs=1e-6)
        assert logits[number] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("batch_size", [1, 7, 24])
def test_the_size_of_batches_does_not_matter(tiny, images, batch_size):
    whole, _ = predict(tiny(), images, CPU, "float32")
    pieces, _ = predict(tiny(), images, CPU, "float32", batch_size)
    assert pieces == pytest.approx(whole, abs=1e-6)


def test_nothing_is_dropped_out_and_nothing_learns(tiny, images):
    plain, _ = predict(tiny(), images, CPU, "float32")
    network = tiny(dropout=0.9)
    network.train()
    dropped, _ = predict(network, images, CPU, "float32")
    assert (dropped == plain).all()
    assert all(p.grad is None for p in network.parameters())


def test_bfloat16_answers_in_float32(tiny, images):
    exact, _ = predict(tiny(), images, CPU, "float32")
    rough, embeddings = predict(tiny(), images, CPU, "bfloat16")
    assert rough.dtype == embeddings.dtype == np.float32
    assert 0 < np.abs(rough - exact).max() < 0.05
