using System.Globalization;
using System.Runtime.InteropServices;

namespace DeepSharp.Persistence;

/// <summary>
/// Reads the header's text: a Python dictionary with the keys descr, fortran_order and shape. Nothing is evaluated; only strings,
/// True, False and tuples of whole numbers are understood. The list that describes elements of several fields is passed over.
/// </summary>
internal sealed class NpyHeaderParser(ByteSource source, string text)
{
    private int _at;

    internal NpyHeader Parse()
    {
        string? descr = null;
        bool hasFields = false;
        bool? fortran = null;
        List<long>? dims = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Quoted("a key");
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    hasFields = Peek() == '[';
                    descr = hasFields ? Fields() : Quoted("a plain element type");
                    break;
                case "fortran_order" when fortran is null:
                    fortran = Truth();
                    break;
                case "shape" when dims is null:
                    dims = Tuple();
                    break;
                default:
                    throw source.Bad("the keys descr, fortran_order and shape, once each, in the header", $"'{Short(key)}'");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        if (Peek() is { } rest)
        {
            throw source.Bad("nothing after the '}' of the header", $"'{rest}'");
        }

        if (descr is null || fortran is null || dims is null)
        {
            string missing = descr is null ? "descr" : fortran is null ? "fortran_order" : "shape";
            throw source.Bad("the keys descr, fortran_order and shape in the header", $"no {missing}");
        }

        if (hasFields || NpyFormat.Of(descr) is not { } format)
        {
            ForeignFormat? foreign = hasFields ? null : NpyFormat.ForeignOf(descr);
            string found = hasFields ? Short(descr) : foreign is null ? $"'{Short(descr)}'" : $"'{descr}', of which convert: true makes {foreign.Becomes}";
            Misfit misfit = new($"a plain element type, {NpyFormat.Readable}", found);
            if (foreign is not null && TensorShape(dims) is { } possible)
            {
                return new NpyHeader(default, fortran.Value, possible, misfit) { Foreign = foreign };
            }

            return hasFields || NpyFormat.IsNumPys(descr) ? new NpyHeader(default, fortran.Value, default, misfit) : throw source.Bad(misfit);
        }

        return TensorShape(dims) is { } shape
            ? new NpyHeader(format, fortran.Value, shape) { Lengths = dims }
            : new NpyHeader(format, fortran.Value, default, Misfit.OfShape(dims)) { Lengths = dims };
    }

    private static Shape? TensorShape(List<long> dims) => ElementBytes.ShapeOf(CollectionsMarshal.AsSpan(dims));

    // From a bracket to the one that closes it; brackets in quotes are text.
    private string Fields()
    {
        int start = _at;
        int depth = 0;
        do
        {
            switch (Peek())
            {
                case '[':
                    depth++;
                    break;
                case ']':
                    depth--;
                    break;
                case '\'' or '"':
                    PassQuoted();
                    break;
                case null:
                    throw Unexpected("']'");
            }

            _at++;
        }
        while (depth > 0);

        return text[start.._at];
    }

    // From a quote to the one that closes it, where it stays; a backslash goes with what follows it.
    private void PassQuoted()
    {
        char quote = text[_at++];
        while (_at < text.Length && text[_at] != quote)
        {
            _at += text[_at] == '\\' ? 2 : 1;
        }

        if (_at >= text.Length)
        {
            throw Unexpected($"{quote}");
        }
    }

    private string Quoted(string what)
    {
        char? quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote.Value, _at + 1) : -1;
        if (end < 0)
        {
            throw Unexpected(what + " in quotes");
        }

        string inside = text[(_at + 1)..end];
        if (inside.Contains('\\', StringComparison.Ordinal))
        {
            throw source.Bad(what + " without escapes", $"'{Short(inside)}'");
        }

        _at = end + 1;
        return inside;
    }

    private bool Truth()
    {
        _ = Peek();
        foreach (string word in (string[])["True", "False"])
        {
            if (string.CompareOrdinal(text, _at, word, 0, word.Length) == 0)
            {
                _at += word.Length;
                return word == "True";
            }
        }

        throw Unexpected("True or False");
    }

    private List<long> Tuple()
    {
        List<long> numbers = [];
        Expect('(');
        while (!Accept(')'))
        {
            numbers.Add(Number());
            if (Accept(','))
            {
                continue;
            }

            // Without a comma, brackets around one number are no tuple.
            if (numbers.Count == 1)
            {
                throw Unexpected("','");
            }

            Expect(')');
            break;
        }

        return numbers;
    }

    private long Number()
    {
        _ = Peek();
        int start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            _at = start;
            throw Unexpected("a whole number of 0 to 2^63 - 1");
        }

        // Python 2 wrote long integers with an L.
        if (_at < text.Length && text[_at] == 'L')
        {
            _at++;
        }

        return number;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted))
        {
            throw Unexpected($"'{wanted}'");
        }
    }

    private bool Accept(char wanted)
    {
        if (Peek() != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    private char? Peek()
    {
        while (_at < text.Length && (text[_at] is ' ' or '\n' or '\t' or '\r'))
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : null;
    }

    private InvalidDataException Unexpected(string expected) => source.Bad(
        $"{expected} at character {_at} of the header", Peek() is null ? "its end" : $"'{Short(text[_at..])}'");

    private static string Short(string part) => part.Length <= 40 ? part : part[..40] + "…";
}
