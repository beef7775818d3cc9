"""
Makes the golden file of the CLIP tokenizer: a small vocabulary, prompts, and the ids that transformers'
CLIPTokenizer gives. Run `python make_golden.py` in this folder with transformers 5.23.0 (tokenizers as it needs).

The vocabulary is built as CLIP's own: the 256 byte symbols, the same with '</w>', one token per merge, and the
two special tokens. The merges are learned here by plain byte-pair encoding of the words below.
"""

import json
import tempfile
from collections import Counter
from pathlib import Path

import tokenizers
import transformers
from transformers import CLIPTokenizer

WORDS = (
    "a photo of the cat sitting on red sofa dog with hat in garden blue flower painting style girl wearing "
    "glasses next to an old wooden table don't it's they're we've i'm she'll he'd café naïve straße 2 4 8 "
    "mountain lake sunset cinematic lighting highly detailed catwalk cats dogs flowers garden gardens sunlight"
).split()
MERGES = 180

PROMPTS = [
    "",
    " ",
    "   \t\n ",
    "a cat",
    "a photo of a cat sitting on a red sofa",
    "  leading and   inner\tspaces \n",
    "UPPER Case Cats",
    "cat,dog;garden.",
    "cat, dog; garden!",
    "wait... what?!",
    "!!!",
    "a (highly detailed:1.2) [painting]",
    "don't",
    "it's they're we've I'm she'll he'd",
    "cats' glasses and dogs'",
    "rock 'n' roll",
    "'s 't 're",
    "the girl’s hat",
    "2 cats",
    "1234567890",
    "8k, 4:3, 50mm f/1.8",
    "3.14159",
    "½ cup ² ⅷ",
    "café naïve straße",
    "cafe\u0301 nai\u0308ve",
    "ÀÉÎÕÜ ÇŞĞİ",
    "Ελληνικά γάτα",
    "кошка на диване",
    "红色沙发上的猫",
    "ソファの上の猫",
    "고양이",
    "قطة على أريكة",
    "बिल्ली",
    "🐱",
    "a cat 🐱 on a sofa 🛋️",
    "👨‍👩‍👧‍👦 family 🇩🇪",
    "cat\u00a0dog",
    "cat\u200bdog",
    "cat\u3000dog",
    "under_score and-hyphen and/slash",
    "e-mail: me@example.com",
    "https://example.com/a?b=c&d=e",
    "$5 €10 100%",
    "#hashtag & co. + more = all",
    "<|startoftext|>",
    "a cat <|endoftext|> a dog",
    "<|endoftext",
    "a | b < c > d",
    "\"quoted\" “curly” «guillemets»",
    "dash – and — dash…",
    "catcatcatcatcat",
    "xyzzyqwv",
    "ﬁne ﬂowers",
    "Å Å",
    " ".join(["cat"] * 18),
    " ".join(["cat"] * 19),
    " ".join(["a photo of a cat"] * 10),
    "z" * 200,
]
MAX_LENGTH = 20


def byte_symbols():
    """GPT-2's printable stand-in for every byte (also CLIP's)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    symbols = {byte: chr(byte) for byte in printable}
    symbols.update({byte: chr(256 + index) for index, byte in enumerate(others)})
    # CLIP lists the printable ones first.
    return symbols, [symbols[byte] for byte in printable + others]


def learn_merges(symbols):
    words = Counter()
    for word in WORDS:
        letters = [symbols[byte] for byte in word.encode()]
        words[(*letters[:-1], letters[-1] + "</w>")] += 1
    merges = []
    while len(merges) < MERGES:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = Counter()
        for word, count in words.items():
            parts, at = [], 0
            while at < len(word):
                if word[at : at + 2] == best:
                    parts.append("".join(best))
                    at += 2
                else:
                    parts.append(word[at])
                    at += 1
            merged[tuple(parts)] += count
        words = merged
    return merges


def main():
    symbols, ordered = byte_symbols()
    merges = learn_merges(symbols)
    tokens = ordered + [symbol + "</w>" for symbol in ordered] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    assert len(set(tokens)) == len(tokens)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    merges_text = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
        Path(folder, "merges.txt").write_text(merges_text, encoding="utf-8")
        for pad_token in ["<|endoftext|>", "!"]:
            tokenizer = CLIPTokenizer.from_pretrained(folder, pad_token=pad_token, model_max_length=MAX_LENGTH)
            for prompt in PROMPTS:
                ids = tokenizer(prompt, padding="max_length", max_length=MAX_LENGTH, truncation=True).input_ids
                count = len(tokenizer(prompt, add_special_tokens=False).input_ids)
                cases.append({"padToken": pad_token, "prompt": prompt, "ids": ids, "tokens": count})
    golden = {
        "madeBy": "test/golden/tokenizer/make_golden.py",
        "versions": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        "maxLength": MAX_LENGTH,
        "vocabulary": vocabulary,
        "merges": merges_text,
    }
    head = json.dumps(golden, ensure_ascii=True)[:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    Path(__file__).with_name("clip.json").write_text(f'{head},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")


main()
