namespace DeepSharp.Kernels;

/// <summary>
/// What happens to gradients and values on their way into an update rule, without a pass of its own over them:
/// g ← clamp(±Factor g, -Limit, Limit) + Decay w, then w ← (1 - Shrinkage) w.
/// </summary>
/// <param name="Factor">A device number of the gradients' type that multiplies them, such as a clipping factor; none if null.</param>
/// <param name="Go">A device number of the gradients' type: where it is 0, no step is made and nothing changes; none if null.</param>
/// <param name="Limit">The largest magnitude of a gradient; no limit if 0.</param>
/// <param name="Decay">Coupled weight decay: how much of the value is added to the gradient.</param>
/// <param name="Shrinkage">Decoupled weight decay: how much of the value is taken off it before the rule sees it.</param>
/// <param name="Ascends">Whether the gradient's sign is turned, before weight decay is added, so that the rule climbs.</param>
public readonly record struct UpdateTreatment(
    Operand? Factor, Operand? Go, double Limit, double Decay, double Shrinkage, bool Ascends = false)
{
    /// <summary>-1 to climb, 1 to descend.</summary>
    internal int Sign => Ascends ? -1 : 1;
}
