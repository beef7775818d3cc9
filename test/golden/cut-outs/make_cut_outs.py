"""Writes cut-outs as another program does: a red square of 32 x 32 in the middle of 64 x 64 transparent pixels.

Pillow 11.0.0: python3 make_cut_outs.py
"""
from pathlib import Path

from PIL import Image

folder = Path(__file__).parent
picture = Image.new('RGBA', (64, 64), (0, 0, 255, 0))
picture.paste((255, 0, 0, 255), (16, 16, 48, 48))
# A palette whose transparency is in a tRNS chunk.
palette = Image.new('P', (64, 64), 0)
palette.putpalette([0, 0, 255, 255, 0, 0])
palette.paste(1, (16, 16, 48, 48))
palette.save(folder / 'palette.png', transparency=0, optimize=True)
# Grey with alpha.
picture.convert('LA').save(folder / 'grey.png', optimize=True)
# RGB without an alpha channel: one colour counts as transparent.
picture.convert('RGB').save(folder / 'keyed.png', transparency=(0, 0, 255), optimize=True)
picture.save(folder / 'lossy.webp', quality=80)
picture.save(folder / 'lossless.webp', lossless=True)
