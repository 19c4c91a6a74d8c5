using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>
/// Trades time for memory: a part of a network keeps only its inputs for the backward pass, which computes the rest once more
/// (Chen, Xu, Zhang, Guestrin 2016).
/// </summary>
public static class Checkpoint
{
    /// <summary>Runs a function without keeping what its backward pass needs.</summary>
    /// <remarks>
    /// Gradients of any order flow to the inputs and to the parameters that the function uses. Random numbers are drawn again
    /// from the same places of their streams, so that dropout is the same in both runs. Other effects happen twice: batch norm
    /// moves its running statistics once more.
    /// </remarks>
    /// <param name="function">The part: it must give the same result when it is called again.</param>
    /// <param name="inputs">What it is called with.</param>
    /// <returns>The function's result.</returns>
    /// <exception cref="InvalidOperationException">Checkpoints inside checkpoints, or functions around them, need more stack than the thread
    /// has; so may the backward pass.</exception>
    public static Tensor Run(Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] given = [.. inputs];
        foreach (Tensor input in given)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        }

        RequireStack();
        if (!Grad.IsEnabled)
        {
            return Given.Required(nameof(Checkpoint), "the function's result", function(given));
        }

        long floor = Node.NextOrder;
        Tensor result;
        Node[] ends;
        DrawLog draws = new();
        using (TensorScope scope = Tensor.Scope())
        {
            Tensor output;
            using (draws.Record())
            {
                output = Given.Required(nameof(Checkpoint), "the function's result", function(given));
            }

            ends = output.Node is Node root ? CheckpointNode.Ends(root, floor) : [];
            result = output.Detach().Keep();
        }

        return ends.Length == 0 ? result : new CheckpointNode(function, given, ends, draws).Attach(result);
    }

    /// <summary>Throws where one more checkpoint inside others might end the process.</summary>
    internal static void RequireStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new InvalidOperationException(
                "Checkpoint: there are too many checkpoints inside one another for this thread's stack. Put them one behind the other, nest fewer, or "
                + "run the step on a thread with a larger stack: new Thread(step, maxStackSize: 1 << 30).");
        }
    }

    /// <summary>Runs a function of one tensor without keeping what its backward pass needs.</summary>
    /// <inheritdoc cref="Run(Func{IReadOnlyList{Tensor}, Tensor}, IReadOnlyList{Tensor})"/>
    /// <param name="function">The part: it must give the same result when it is called again.</param>
    /// <param name="input">What it is called with.</param>
    public static Tensor Run(Func<Tensor, Tensor> function, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(inputs => function(inputs[0]), [input]);
    }
}
