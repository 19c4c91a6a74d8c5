using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU.Execution;

/// <summary>Memory that lasts as long as a group or a lane, numbered by order of allocation and used again by the next.</summary>
internal sealed unsafe class Scratch(Accelerator accelerator)
{
    private readonly List<CPUMemoryBuffer> _memory = [];
    private readonly List<int> _lengths = [];

    public void Clear() => _lengths.Clear();

    public ArrayView<T> Get<T>(int number, int length)
        where T : unmanaged
    {
        int bytes = checked(length * sizeof(T));
        if (number < _lengths.Count)
        {
            if (_lengths[number] != bytes)
            {
                throw new InvalidOperationException(
                    $"Allocation {number} of shared memory is {_lengths[number]} bytes in one thread of the group and {bytes} in another. "
                    + "All threads must make the same allocations in the same order.");
            }
        }
        else
        {
            if (number == _memory.Count)
            {
                _memory.Add(CPUMemoryBuffer.Create(accelerator, bytes, 1));
            }
            else if (_memory[number].LengthInBytes < bytes)
            {
                _memory[number].Dispose();
                _memory[number] = CPUMemoryBuffer.Create(accelerator, bytes, 1);
            }

            _lengths.Add(bytes);
            new Span<byte>((void*)_memory[number].NativePtr, bytes).Fill(0xFF);
        }

        return _memory[number].AsRawArrayView(0, bytes).Cast<T>();
    }
}
