"""One file per hashtag: name, help line, examples, words, texts and code together."""
