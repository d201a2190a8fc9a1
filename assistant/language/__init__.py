"""What words, numbers and places mean, in Chinese and English: folding, tokens, numerals, hard facts, modality, the glossary."""
