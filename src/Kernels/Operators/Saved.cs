namespace DeepSharp.Kernels;

/// <summary>What the backward pass of an operator needs from the forward pass.</summary>
public enum Saved : byte
{
    /// <summary>Nothing: the derivative is a constant.</summary>
    Nothing,

    /// <summary>The input x.</summary>
    Input,

    /// <summary>The output y.</summary>
    Output,
}
