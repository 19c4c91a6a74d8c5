namespace DeepSharp.Kernels;

/// <summary>A number as it stands in memory, where that is not how it is computed with: 16-bit floats, masks.</summary>
/// <typeparam name="T">The implementing type.</typeparam>
/// <typeparam name="TScalar">What arithmetic is done in; a number type stores itself.</typeparam>
internal interface IStored<T, TScalar>
    where T : unmanaged, IStored<T, TScalar>
    where TScalar : unmanaged
{
    /// <summary>The number to compute with: exact.</summary>
    static abstract TScalar Load(T stored);

    /// <summary>The number to keep: rounded to the nearest, ties to even.</summary>
    static abstract T Store(TScalar value);
}
