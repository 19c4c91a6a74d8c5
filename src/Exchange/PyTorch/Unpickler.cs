using System.Globalization;
using System.Numerics;
using System.Text;

namespace DeepSharp.Exchange;

/// <summary>Reads a pickle that holds tensors, containers, numbers and texts, and refuses every other by name. Nothing is ever run.</summary>
/// <remarks>
/// A pickle is a program for a stack machine, whose dangerous instructions are those that fetch a function by its name and call it. Here names
/// are looked up in a short list (<see cref="TorchGlobals"/>), and what a call makes of its arguments is written in this assembly. Source:
/// pickletools.py of Python 3, which documents every instruction; protocols 0 to 5.
/// </remarks>
internal sealed class Unpickler(PickleInput input)
{
    // Of networks, pickles take kilobytes; the elements are elsewhere.
    private const long MaxLength = 100_000_000;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];
    private long _start;

    /// <summary>The storages that pickles have named, by their keys.</summary>
    internal Dictionary<string, TorchStorage> Storages { get; } = [];

    /// <summary>How many bytes the last pickle had.</summary>
    internal long Length { get; private set; }

    /// <summary>Reads the next pickle.</summary>
    internal object? Load()
    {
        _start = input.Position;
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        while (true)
        {
            byte code = input.Byte("an instruction");
            if (code == '.')
            {
                Length = input.Position - _start;
                return Pop("the result");
            }

            Run(code);
            if (input.Position - _start > MaxLength)
            {
                throw input.Bad($"a pickle of at most {MaxLength:N0} bytes", "a longer one");
            }
        }
    }

    private void Run(byte code)
    {
        switch (code)
        {
            case 0x80:
                byte protocol = input.Byte("the protocol");
                if (protocol > 5)
                {
                    throw input.Bad("a pickle of protocol 0 to 5", $"{protocol}");
                }

                break;
            case 0x95:
                _ = input.I64("a frame's length");
                break;
            case (byte)'(':
                _marks.Push(_stack.Count);
                break;
            case (byte)'0':
                // As Python does: where nothing stands above a mark, the mark.
                if (_marks.TryPeek(out int top) && top == _stack.Count)
                {
                    _ = _marks.Pop();
                }
                else
                {
                    _ = Pop("a value to drop");
                }

                break;
            case (byte)'1':
                _ = PopMarked();
                break;
            case (byte)'2':
                _stack.Add(Top("a value to repeat"));
                break;
            case (byte)'N':
                _stack.Add(null);
                break;
            case 0x88 or 0x89:
                _stack.Add(code == 0x88);
                break;
            case (byte)'}':
                _stack.Add(new PickleDictionary());
                break;
            case (byte)']':
                _stack.Add(new List<object?>());
                break;
            case (byte)')':
                _stack.Add(new PickleTuple([]));
                break;
            case 0x8f:
                _stack.Add(new PickleSet(0));
                break;
            case (byte)'d':
                PickleDictionary made = new();
                Fill(made, PopMarked());
                _stack.Add(made);
                break;
            case (byte)'l':
                _stack.Add(PopMarked().ToList());
                break;
            case (byte)'t':
                _stack.Add(new PickleTuple(PopMarked()));
                break;
            case 0x85 or 0x86 or 0x87:
                object?[] items = new object?[code - 0x84];
                for (int i = items.Length - 1; i >= 0; i--)
                {
                    items[i] = Pop("an item of a tuple");
                }

                _stack.Add(new PickleTuple(items));
                break;
            case 0x91:
                _stack.Add(new PickleSet(PopMarked().Length));
                break;
            case (byte)'a':
                object? item = Pop("an item");
                Container<List<object?>>("a list").Add(item);
                break;
            case (byte)'e':
                object?[] more = PopMarked();
                Container<List<object?>>("a list").AddRange(more);
                break;
            case (byte)'s':
                object? value = Pop("a value");
                object? key = Pop("a key");
                Container<PickleDictionary>("a dictionary").Set(KeyOf(key), value);
                break;
            case (byte)'u':
                object?[] pairs = PopMarked();
                Fill(Container<PickleDictionary>("a dictionary"), pairs);
                break;
            case 0x90:
                int count = PopMarked().Length;
                PickleSet set = Container<PickleSet>("a set");
                _stack[^1] = new PickleSet(set.Count + count);
                break;
            case (byte)'b':
                // Attributes of a dictionary, such as a state dict's _metadata, say nothing of its tensors.
                _ = Pop("a state");
                _ = Container<PickleDictionary>("a dictionary, of all that has a state,");
                break;
            case (byte)'R' or 0x81:
                object? arguments = Pop("arguments");
                object? callee = Pop("what is called");
                _stack.Add(TorchGlobals.Call(input, callee, arguments));
                break;
            case (byte)'c':
                string module = input.Line("a module's name");
                _stack.Add(TorchGlobals.Find(input, module, input.Line("a name")));
                break;
            case 0x93:
                object? name = Pop("a name");
                object? space = Pop("a module's name");
                _stack.Add(space is string from && name is string what
                    ? TorchGlobals.Find(input, from, what)
                    : throw input.Bad("names of a global", "other values"));
                break;
            case (byte)'Q':
                TorchStorage storage = TorchGlobals.Storage(input, Pop("a persistent id"));
                Storages[storage.Key] = storage;
                _stack.Add(storage);
                break;
            default:
                if (!RunNumber(code) && !RunText(code) && !RunMemo(code))
                {
                    throw input.Bad("an instruction of pickles of tensors", $"{code:X2} at byte {input.Position - 1:N0}");
                }

                break;
        }
    }

    private bool RunNumber(byte code)
    {
        switch (code)
        {
            case (byte)'K':
                _stack.Add((long)input.Byte("a number"));
                return true;
            case (byte)'M':
                _stack.Add((long)input.U16("a number"));
                return true;
            case (byte)'J':
                _stack.Add((long)input.I32("a number"));
                return true;
            case 0x8a:
                _stack.Add(Long(input.Bytes(input.Byte("a number's length"), "a number")));
                return true;
            case 0x8b:
                _stack.Add(Long(input.Bytes(input.I32("a number's length"), "a number")));
                return true;
            case (byte)'G':
                _stack.Add(input.BigDouble("a number"));
                return true;
            case (byte)'I' or (byte)'L':
                string whole = input.Line("a number");
                _stack.Add(code == 'I' && whole is "00" or "01" ? whole == "01"
                    : long.TryParse(whole.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
                    : new PickleText("a number of many digits"));
                return true;
            case (byte)'F':
                string text = input.Line("a number");
                _stack.Add(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
                    ? real
                    : throw input.Bad("a number", $"'{Short(text)}'"));
                return true;
            default:
                return false;
        }
    }

    private bool RunText(byte code)
    {
        long length = code switch
        {
            (byte)'U' or 0x8c or (byte)'C' => input.Byte("a text's length"),
            (byte)'X' or (byte)'T' or (byte)'B' => input.I32("a text's length"),
            0x8d or 0x8e or 0x96 => input.I64("a text's length"),
            (byte)'V' or (byte)'S' => 0,
            _ => -1,
        };
        switch (code)
        {
            case (byte)'X' or 0x8c or 0x8d:
                _stack.Add(Encoding.UTF8.GetString(input.Bytes(length, "a text")));
                return true;
            case (byte)'U' or (byte)'T':
                _stack.Add(Encoding.Latin1.GetString(input.Bytes(length, "a text")));
                return true;
            case (byte)'C' or (byte)'B' or 0x8e or 0x96:
                _stack.Add(new PickleText($"{input.Bytes(length, "bytes").Length:N0} bytes"));
                return true;
            case (byte)'V':
                _stack.Add(input.Line("a text"));
                return true;
            case (byte)'S':
                string quoted = input.Line("a text");
                _stack.Add(quoted.Length >= 2 && quoted[0] is '\'' or '"' && quoted[^1] == quoted[0]
                    ? quoted[1..^1]
                    : throw input.Bad("a text in quotes", $"'{Short(quoted)}'"));
                return true;
            default:
                return false;
        }
    }

    private bool RunMemo(byte code)
    {
        switch (code)
        {
            case (byte)'q':
                _memo[input.Byte("a memo's number")] = Top("a value");
                return true;
            case (byte)'r':
                _memo[(uint)input.I32("a memo's number")] = Top("a value");
                return true;
            case 0x94:
                _memo[_memo.Count] = Top("a value");
                return true;
            case (byte)'h':
                _stack.Add(Known(input.Byte("a memo's number")));
                return true;
            case (byte)'j':
                _stack.Add(Known((uint)input.I32("a memo's number")));
                return true;
            case (byte)'p':
                _memo[Number()] = Top("a value");
                return true;
            case (byte)'g':
                _stack.Add(Known(Number()));
                return true;
            default:
                return false;
        }

        long Number() => long.TryParse(input.Line("a memo's number"), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw input.Bad("a memo's number", "another text");
    }

    private object? Known(long number) =>
        _memo.TryGetValue(number, out object? value) ? value : throw input.Bad($"a value that was kept as number {number}", "none");

    private static object Long(byte[] bytes) => bytes.Length <= sizeof(long)
        ? (long)new BigInteger(bytes)
        : bytes.Length <= 32 ? new PickleText($"the number {new BigInteger(bytes)}") : new PickleText($"a number of {bytes.Length:N0} bytes");

    private void Fill(PickleDictionary target, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw input.Bad("a value for each key of a dictionary", "a key alone");
        }

        for (int i = 0; i < pairs.Length; i += 2)
        {
            target.Set(KeyOf(pairs[i]), pairs[i + 1]);
        }
    }

    private string KeyOf(object? key) => TorchGlobals.KeyOf(input, key);

    private T Container<T>(string what)
        where T : class => Top(what) as T ?? throw input.Bad($"{what} to put something into", "another value");

    private object? Top(string what) => _stack.Count > Floor ? _stack[^1] : throw input.Bad($"{what} on the pickle's stack", "nothing");

    private object? Pop(string what)
    {
        object? value = Top(what);
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMarked()
    {
        if (!_marks.TryPop(out int mark))
        {
            throw input.Bad("a mark on the pickle's stack", "none");
        }

        object?[] marked = [.. _stack[mark..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return marked;
    }

    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    internal static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
