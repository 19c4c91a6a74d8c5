namespace DeepSharp.Layers;

/// <summary>A layer that can take the batch norm behind it into its weight and bias.</summary>
internal interface IFoldsNorm
{
    /// <summary>The number of outputs that a batch norm behind it must have.</summary>
    int Outputs { get; }

    /// <summary>A layer of its own, whose outputs are this one's times <paramref name="scale"/> plus <paramref name="shift"/>, each [outputs].</summary>
    Module Folded(Tensor scale, Tensor shift);
}
