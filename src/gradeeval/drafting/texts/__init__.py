"""From a file to the text of a document: plain text, web pages, Word and PDF, none of which is trusted."""
