namespace DeepSharp.Optim;

/// <summary>How several processes share the state of an optimizer: each has a part of every stretch of flat memory.</summary>
public interface IStateShards
{
    /// <summary>This process's part of so many elements.</summary>
    /// <param name="length">The elements of a stretch; a multiple of 16.</param>
    /// <returns>Where it begins, and how long it is: multiples of 16, so that elements keep their places in registers. All parts together are the stretch.</returns>
    (int Start, int Length) PartOf(int length);

    /// <summary>Brings the parts of all processes together. All call it at once.</summary>
    /// <param name="part">This process's part, flat.</param>
    /// <param name="whole">Takes all parts, flat.</param>
    void Gather(Tensor part, Tensor whole);
}
