package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text and signatures of it, as <a href="https://c2sp.org/signed-note">signed-note</a> writes it.
 * That it parses says nothing about who signed: ask a {@link VerifierKey} or a {@link
 * WitnessPolicy}. Each note has exactly one encoding.
 *
 * @param text ends in a newline; no other control character
 * @param signatures 1 to {@link #MAX_SIGNATURES}
 */
public record Note(String text, List<NoteSignature> signatures) {
  /** Signatures we read; a verifier has to take 16. */
  public static final int MAX_SIGNATURES = 100;

  /** Characters of a text; a checkpoint has about a hundred. */
  public static final int MAX_TEXT = 1 << 16;

  /** Octets of a note: no text and no signatures that are within their bounds make more. */
  public static final int MAX_OCTETS = 1 << 20;

  public Note {
    checkText(text);
    signatures = List.copyOf(signatures);
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES)
      throw new TlogException(
          "a note has " + signatures.size() + " signatures, expected 1 to " + MAX_SIGNATURES);
  }

  public static Note parse(byte[] octets) {
    if (octets.length > MAX_OCTETS)
      throw new TlogException(
          "a note has " + octets.length + " octets, expected at most " + MAX_OCTETS);
    return parse(Lines.utf8("a note", octets));
  }

  public static Note parse(String note) {
    if (note.length() > MAX_OCTETS)
      throw new TlogException(
          "a note has " + note.length() + " characters, expected at most " + MAX_OCTETS);
    int blank = note.lastIndexOf("\n\n");
    if (blank < 0)
      throw new TlogException(
          "a note is " + Lines.shown(note) + ", expected a blank line before its signatures");
    return new Note(
        note.substring(0, blank + 1), NoteSignature.parseLines(note.substring(blank + 2)));
  }

  /** The note as octets in UTF-8. */
  public byte[] encode() {
    return encoded().getBytes(StandardCharsets.UTF_8);
  }

  public String encoded() {
    return text + "\n" + signatureLines();
  }

  /** The signatures alone, each line with its newline; what a witness answers. */
  public String signatureLines() {
    var lines = new StringBuilder();
    for (var signature : signatures) lines.append(signature.line()).append('\n');
    return lines.toString();
  }

  /** This note and another signature at its end, which replaces an older one of the same key. */
  public Note with(NoteSignature signature) {
    var more = new ArrayList<>(signatures);
    more.removeIf(signature::isOfKey);
    more.add(signature);
    return new Note(text, more);
  }

  /** The tree head that the text is. */
  public Checkpoint checkpoint() {
    return Checkpoint.parse(text);
  }

  /** As {@link #encoded}. */
  @Override
  public String toString() {
    return encoded();
  }

  static void checkText(String text) {
    if (text.length() > MAX_TEXT)
      throw new TlogException(
          "the text of a note has " + text.length() + " characters, expected at most " + MAX_TEXT);
    if (!text.endsWith("\n"))
      throw new TlogException("a note is " + Lines.shown(text) + ", expected a newline at its end");
    for (int i = 0; i < text.length(); i++)
      if (text.charAt(i) < 0x20 && text.charAt(i) != '\n')
        throw new TlogException(
            "a note has the control character 0x%02x at %d, expected none but newlines"
                .formatted((int) text.charAt(i), i));
    if (!Lines.isUnicode(text)) throw new TlogException("a note has half of a surrogate pair");
  }
}
