namespace DeepSharp.Layers;

/// <summary>A direction of a layer whose hidden states are projected to fewer features, h = W_hr m, before they are put out and looked at again.</summary>
/// <remarks>
/// W_hh h = (W_hh W_hr) m: so it runs as a layer that is not projected, with this product for its weight of states, and what it puts out is
/// projected for all steps at once. A first state is given projected; it comes as further features of the first step, with W_hh for their
/// weight.
/// </remarks>
internal static class RecurrentProjection
{
    /// <summary>The projected outputs and last hidden state, and the last cell state.</summary>
    internal static (Tensor Output, Tensor Hidden, Tensor? Cell) Run(in RecurrenceInputs given, Tensor projection)
    {
        // Weights are multiplied in the digits that they have.
        using MixedPrecision.Restoration plain = MixedPrecision.Suspend();
        RecurrenceInputs whole = given with { StateWeight = given.StateWeight.MatMul(projection) };
        if (given.Hidden is { } first)
        {
            whole = whole with
            {
                X = Tensor.Concatenate([given.X, AtFirstStep(given, first)], 2),
                InputWeight = Tensor.Concatenate([given.InputWeight, given.StateWeight], 1),
                Hidden = Tensor.Zeros([first.Shape[0], projection.Shape[1]], first.DType, first.Device),
            };
        }

        (Tensor output, Tensor hidden, Tensor? cell) = RecurrenceNode.Run(whole);
        return (output.Linear(projection), hidden.Linear(projection), cell);
    }

    // A state at the step that a direction begins with, of each sequence of the batch, and zeros at the others: [steps, batch, features].
    private static Tensor AtFirstStep(in RecurrenceInputs given, Tensor state)
    {
        int steps = given.X.Shape[0];
        if (given.Reverse && given.Ragged is { } ragged)
        {
            Tensor behind = Tensor.Concatenate([ragged.Mask.Narrow(0, 1, steps - 1), !ragged.Mask.Narrow(0, 0, 1)]);
            return Tensor.Where(ragged.Mask & !behind, state.Unsqueeze(0), Tensor.Zeros([1, 1, 1], state.DType, state.Device));
        }

        Tensor others = Tensor.Zeros([steps - 1, .. state.Shape], state.DType, state.Device);
        return Tensor.Concatenate(given.Reverse ? [others, state.Unsqueeze(0)] : [state.Unsqueeze(0), others]);
    }
}
