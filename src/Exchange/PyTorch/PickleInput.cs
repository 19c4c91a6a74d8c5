using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Exchange;

/// <summary>The bytes of pickles in a file: read ahead a little, and taken into memory only where they are known to be there.</summary>
/// <param name="file">The file.</param>
/// <param name="path">Its path.</param>
/// <param name="start">Where the first pickle begins.</param>
/// <param name="end">Where the last can end.</param>
internal sealed class PickleInput(FileStream file, string path, long start, long end)
{
    private const int MaxLine = 1 << 16;

    private readonly byte[] _buffer = new byte[4096];
    private long _bufferStart = start;
    private int _length;
    private int _at;

    /// <summary>The byte of the file that comes next.</summary>
    internal long Position => _bufferStart + _at;

    internal InvalidDataException Bad(string expected, string found, Exception? cause = null) =>
        new($"{path}: expected {expected}, found {found}.", cause);

    internal byte Byte(string what)
    {
        if (_at == _length)
        {
            Refill();
            if (_length == 0)
            {
                throw Bad(what, "the end of the pickle");
            }
        }

        return _buffer[_at++];
    }

    internal byte[] Bytes(long count, string what)
    {
        long left = end - Position;
        if (count < 0 || count > left || count > Array.MaxLength)
        {
            throw Bad($"{count:N0} bytes of {what}", $"{left:N0} up to the end");
        }

        byte[] bytes = new byte[count];
        int buffered = (int)Math.Min(count, _length - _at);
        _buffer.AsSpan(_at, buffered).CopyTo(bytes);
        _at += buffered;
        if (buffered < count)
        {
            file.Position = Position;
            int read = file.ReadAtLeast(bytes.AsSpan(buffered), bytes.Length - buffered, throwOnEndOfStream: false);
            _bufferStart = Position + read;
            _length = _at = 0;
            if (buffered + read < count)
            {
                throw Bad($"{count:N0} bytes of {what}", $"the end after {buffered + read:N0}");
            }
        }

        return bytes;
    }

    internal int U16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2, what));

    internal int I32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4, what));

    internal long I64(string what) => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8, what));

    internal double BigDouble(string what) => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8, what));

    /// <summary>Text up to the end of a line, without it.</summary>
    internal string Line(string what)
    {
        List<byte> line = [];
        for (byte next = Byte(what); next != '\n'; next = Byte(what))
        {
            line.Add(next);
            if (line.Count > MaxLine)
            {
                throw Bad($"a line of at most {MaxLine:N0} bytes as {what}", "a longer one");
            }
        }

        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }

    private void Refill()
    {
        _bufferStart += _length;
        _at = 0;
        file.Position = _bufferStart;
        _length = file.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, Math.Max(0, end - _bufferStart))));
    }
}
