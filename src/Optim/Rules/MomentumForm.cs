namespace DeepSharp.Optim;

/// <summary>How momentum is written down: three forms of the textbooks. b is the momentum, a the learning rate, g the gradient.</summary>
/// <remarks>
/// With constant rates all three make the same iterates: Velocity with a and Direction with a agree; Average needs the rate
/// a / (1 - b). When the rate changes between steps they differ: Velocity keeps old steps as long as they were made, the
/// other two scale them with the new rate.
/// </remarks>
public enum MomentumForm
{
    /// <summary>v ← b v + (1 - dampening) g, w ← w - a v: PyTorch, and with the sign turned p ← b p - g, w ← w + a p.</summary>
    Direction,

    /// <summary>v ← b v - a g, w ← w + v: Polyak's, the classical one; Goodfellow, Bengio, Courville; Keras.</summary>
    Velocity,

    /// <summary>v ← b v + (1 - b) g, w ← w - a v: an exponentially weighted average of gradients, as Ng teaches it.</summary>
    Average,
}
