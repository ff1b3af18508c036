"""Pictures that are the same, or nearly: re-encoded, resized, a little brighter.

Two witnesses must agree: small copies that differ little, once light and contrast are evened out, and difference
hashes. How little is little depends on how much alike the pictures of a class are anyway: two photos of dogs differ
more than two pairs of trousers in Fashion-MNIST.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import Indices

Hashes = npt.NDArray[np.uint64]
Thumbs = npt.NDArray[np.uint8]
"""Small copies `(count, side, side, 3)`."""
Floats = npt.NDArray[np.float32]

BITS = 64
MOST_BITS = 12
"""Bits in which the hashes of near-duplicates may differ; two unrelated photos differ in about 32."""
MARGIN = 2.0
"""A brightness step of so many 255ths counts as one; smaller ones on plain ground are noise of the encoder."""
SHARE = 0.12
"""Near-duplicates differ by at most this share of what unusually similar pictures of their class (one pair in ten)
differ by. Chosen by eye on CIFAR-10 (36 of the 37 pairs found are the same photo) and Fashion-MNIST."""
MOST, LEAST = 0.15, 0.02
"""Limits of that difference, a root mean square of copies with mean 0 and deviation 1. JPEG at quality 40, half the
size and a fifth less light change photos by at most 0.05; a fifth more light, which clips, nine in ten by at most 0.14;
a crop of three pixels on each side by 0.08 in the middle, of eight by 0.2 (not found)."""
SAMPLE = 400
"""Pictures from which the usual difference of a class, and the principal directions of a set, are known."""
DIRECTIONS = 12
"""Principal directions in which candidates are looked for: near in all directions is near in these."""


def difference_hash(grey: Floats) -> Hashes:
    """64 bits for each picture of `(count, 8, 9)`: whether it gets brighter from each cell to the next in its row.

    The dHash of N. Krawetz, "Kind of like that" (2013), with a margin against noise on plain ground.
    """
    bits = np.diff(grey, axis=2) > MARGIN
    packed = np.packbits(bits.reshape(len(grey), BITS), axis=1)
    hashes: Hashes = packed.view(">u8").astype(np.uint64).ravel()
    return hashes


def near_duplicates(
    hashes: Hashes, thumbs: Thumbs, labels: Indices, *, among: npt.NDArray[np.int64] | None = None
) -> Indices:
    """Pairs `(count, 2)` of near-duplicates, the smaller number first, in ascending order.

    `among` are the numbers to look at (all): blank pictures, which resemble each other without being the same, are best
    left out. A tree over the principal directions finds candidates: 60,000 pictures take seconds.
    """
    numbers = np.arange(len(hashes)) if among is None else among
    if len(numbers) < 2:
        return np.empty((0, 2), np.int64)
    levelled = _levelled(thumbs[numbers])
    allowed = _allowed(levelled, labels[numbers])
    pairs = _candidates(levelled, float(allowed.max()))
    pairs = pairs[distance(*hashes[numbers[pairs.T]]) <= MOST_BITS]
    pairs = pairs[_difference(levelled, pairs) <= allowed[pairs].min(axis=1)]
    found: Indices = numbers[pairs[np.lexsort(pairs.T[::-1])]]
    return found


def groups(count: int, pairs: Indices) -> Indices:
    """For each of so many pictures the smallest number of those it is connected with by pairs, itself if none."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for first, second in pairs.tolist():
        one, other = root(first), root(second)
        parent[max(one, other)] = min(one, other)
    return np.array([root(number) for number in range(count)], np.int64)


def distance(first: Hashes, second: Hashes) -> Indices:
    """Bits in which hashes differ, pair by pair."""
    octets = (first ^ second).view(np.uint8).reshape(-1, 8)
    bits: Indices = _ONES[octets].sum(axis=1)
    return bits


_ONES = np.array([number.bit_count() for number in range(256)], np.int64)


def _levelled(thumbs: Thumbs) -> Floats:
    """Flat, with mean 0 and deviation 1; one mean for all channels, so that another colour is another picture."""
    flat = thumbs.reshape(len(thumbs), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(flat.std(axis=1, keepdims=True), 1)
    return flat


def _allowed(levelled: Floats, labels: Indices) -> Floats:
    """How much near-duplicates may differ, by the class of each picture."""
    allowed = np.full(len(labels), MOST, np.float32)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        some = np.random.default_rng(0).permutation(members)[:SAMPLE]
        half = len(some) // 2
        if half:
            usual = np.percentile(_difference(levelled, np.stack([some[:half], some[half : 2 * half]], axis=1)), 10)
            allowed[members] = np.clip(SHARE * usual, LEAST, MOST)
    return allowed


def _candidates(levelled: Floats, most: float) -> Indices:
    from scipy.spatial import cKDTree

    _, _, directions = np.linalg.svd(levelled[:: -(-len(levelled) // SAMPLE)], full_matrices=False)
    tree = cKDTree(levelled @ directions[:DIRECTIONS].T)
    reach = most * np.sqrt(levelled.shape[1]) * 1.0001 + 1e-3  # rounding must not hide a pair
    pairs: Indices = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    return pairs


def _difference(levelled: Floats, pairs: Indices, chunk: int = 4096) -> Floats:
    """Root mean square difference of each pair."""
    result = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), chunk):
        first, second = pairs[start : start + chunk].T
        result[start : start + chunk] = np.sqrt(np.square(levelled[first] - levelled[second]).mean(axis=1))
    return result
