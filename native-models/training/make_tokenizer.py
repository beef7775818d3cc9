"""Writes a CLIP byte-pair tokenizer in which every word of the domain is one token.

    python make_tokenizer.py --out tokenizer

Unknown words still become letters and bytes, as with CLIP's own tokenizer: the vocabulary begins with the 256 byte
tokens and their word-final forms.
"""

from __future__ import annotations

import argparse
import json
import os

from transformers import CLIPTokenizer

from domain import CAPTION_WORDS, MAX_TOKENS

START, END = "<|startoftext|>", "<|endoftext|>"


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-ins for the 256 byte values, in CLIP's order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [value for value in range(256) if value not in printable]
    return [chr(value) for value in printable] + [chr(256 + index) for index in range(len(others))]


def apply_merges(pieces: list[str], ranks: dict[tuple[str, str], int]) -> list[str]:
    """Byte-pair encoding: joins the pair of the lowest rank until none is left."""
    while len(pieces) > 1:
        pairs = [(ranks.get(pair, len(ranks)), index) for index, pair in enumerate(zip(pieces, pieces[1:]))]
        rank, index = min(pairs)
        if rank == len(ranks):
            break
        pieces = [*pieces[:index], pieces[index] + pieces[index + 1], *pieces[index + 2 :]]
    return pieces


def learn_merges(words: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """Merges after which each word is one piece.

    Words are added in turn. A new merge has the highest rank so far, so it never gets in the way of the merges of
    an earlier word.
    """
    ranks: dict[tuple[str, str], int] = {}
    for word in words:
        pieces = apply_merges([*word[:-1], word[-1] + "</w>"], ranks)
        while len(pieces) > 1:
            ranks[(pieces[0], pieces[1])] = len(ranks)
            pieces = [pieces[0] + pieces[1], *pieces[2:]]
    return ranks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)

    merges = learn_merges(CAPTION_WORDS)
    alphabet = byte_alphabet()
    tokens = [*alphabet, *(letter + "</w>" for letter in alphabet), *dict.fromkeys(a + b for a, b in merges), START, END]
    with open(f"{options.out}/vocab.json", "w", encoding="utf-8") as file:
        json.dump({token: index for index, token in enumerate(tokens)}, file, ensure_ascii=False)
    with open(f"{options.out}/merges.txt", "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    with open(f"{options.out}/special_tokens_map.json", "w") as file:
        json.dump(special, file, indent=2)
    with open(f"{options.out}/tokenizer_config.json", "w") as file:
        json.dump({"tokenizer_class": "CLIPTokenizer", "model_max_length": MAX_TOKENS, **special}, file, indent=2)

    tokenizer = CLIPTokenizer.from_pretrained(options.out)
    for word in CAPTION_WORDS:
        ids = tokenizer(word)["input_ids"]
        assert len(ids) == 3, (word, tokenizer.convert_ids_to_tokens(ids))
    print(f"{len(tokens)} tokens, {len(merges)} merges")


if __name__ == "__main__":
    main()
