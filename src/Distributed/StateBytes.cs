namespace DeepSharp.Distributed;

/// <summary>Named tensors as bytes, to be sent to other ranks: name, type, shape and elements of each.</summary>
internal static class StateBytes
{
    internal static byte[] Of(IReadOnlyDictionary<string, Tensor> state)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        using TensorScope scope = Tensor.Scope();
        writer.Write(state.Count);
        foreach ((string name, Tensor value) in state)
        {
            writer.Write(name);
            writer.Write((byte)value.DType);
            writer.Write(value.Rank);
            foreach (int length in value.Shape)
            {
                writer.Write(length);
            }

            writer.Write(new Staged(value.To(Device.Cpu).Contiguous(), nameof(Communicator.AllGather), read: true).Bytes);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    internal static IReadOnlyDictionary<string, Tensor> Read(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        Dictionary<string, Tensor> state = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            string name = reader.ReadString();
            DType dtype = (DType)reader.ReadByte();
            int[] lengths = new int[reader.ReadInt32()];
            for (int axis = 0; axis < lengths.Length; axis++)
            {
                lengths[axis] = reader.ReadInt32();
            }

            Tensor value = Tensor.Zeros(new Shape(lengths), dtype, Device.Cpu);
            reader.BaseStream.ReadExactly(new Staged(value, nameof(Communicator.AllGather), read: false).Bytes);
            state.Add(name, value);
        }

        return state;
    }
}
